from django.urls import path

from linli.matters import views

app_name = "matters"

urlpatterns = [
    path("matters", views.index, name="index"),
    path("matters/new", views.new, name="new"),
    path("matters/<uuid:matter_id>", views.matter, name="matter"),
    path("matters/<uuid:matter_id>/put", views.put, name="put"),
    path("matters/<uuid:matter_id>/decide", views.decide, name="decide"),
    path("matters/<uuid:matter_id>/result", views.result, name="result"),
    path("matters/<uuid:matter_id>/announce", views.announce, name="announce"),
]
