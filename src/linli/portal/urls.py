from django.urls import path

from linli.portal import views

urlpatterns = [
    path("", views.home, name="home"),
    path("own", views.own, name="own"),
    path("keys", views.keys, name="keys"),
    path("keys/<uuid:key_id>/end", views.end_key, name="end-key"),
    path("search", views.find, name="search"),
]
