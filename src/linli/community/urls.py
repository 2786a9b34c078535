from django.urls import path

from linli.community import views

app_name = "community"

urlpatterns = [
    path("places", views.index, name="index"),
    path("places/<uuid:place_id>", views.place, name="place"),
    path("places/<uuid:place_id>/doors", views.doors, name="doors"),
    path("places/<uuid:place_id>/register", views.register, name="register"),
    path("places/<uuid:place_id>/register.xlsx", views.sheet, name="sheet"),
    path("places/<uuid:place_id>/register/<uuid:draft_id>", views.preview, name="preview"),
]
