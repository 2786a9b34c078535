from django.urls import path

from linli.portal import views

urlpatterns = [
    path("", views.home, name="home"),
    path("own", views.own, name="own"),
    path("check/<uuid:thread_id>", views.check, name="check"),
    path("check/<uuid:thread_id>/proof", views.proof, name="proof"),
    path("log/<uuid:log_id>", views.log_file, name="log-file"),
    path("jianfu", views.jianfu, name="jianfu"),
    path("keys", views.keys, name="keys"),
    path("keys/<uuid:key_id>/end", views.end_key, name="end-key"),
    path("search", views.find, name="search"),
]
