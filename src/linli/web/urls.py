"""Routes of the shell. The project's ``urls`` includes them at its root; pages of ``errors`` are its handlers."""

from django.urls import path

from linli.web import views

app_name = "web"

urlpatterns = [
    path("mode", views.mode, name="mode"),
    path("design", views.design, name="design"),
    path("design/sheet", views.design_sheet, name="design-sheet"),
]
