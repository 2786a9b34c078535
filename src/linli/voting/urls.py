from django.urls import path

from linli.voting import views

app_name = "voting"

urlpatterns = [
    path("drives/<uuid:drive_id>/face", views.face, name="face"),
    path("drives/<uuid:drive_id>/stacks", views.stacks, name="stacks"),
    path("drives/<uuid:drive_id>/shares", views.shares, name="shares"),
    path("stacks/<uuid:stack_id>", views.stack, name="stack"),
    path("stacks/<uuid:stack_id>/photos", views.photos, name="photos"),
    path("stacks/<uuid:stack_id>/photos/<int:position>", views.photo, name="photo"),
]
