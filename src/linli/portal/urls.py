from django.urls import path

from linli.portal import views

urlpatterns = [
    path("", views.home, name="home"),
    path("own", views.own, name="own"),
    path("own/phone", views.own_phone, name="own-phone"),
    path("reach", views.reach, name="reach"),
]
