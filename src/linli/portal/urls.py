from django.urls import path

from linli.portal import views

urlpatterns = [
    path("", views.home, name="home"),
    path("own", views.own, name="own"),
    path("figures", views.figures, name="figures"),
]
