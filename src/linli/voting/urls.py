from django.urls import path

from linli.voting import views

app_name = "voting"

urlpatterns = [
    path("drives/<uuid:drive_id>/face", views.face, name="face"),
    path("drives/<uuid:drive_id>/stacks", views.stacks, name="stacks"),
    path("drives/<uuid:drive_id>/shares", views.shares, name="shares"),
    path("drives/<uuid:drive_id>/tasks", views.tasks, name="tasks"),
    path("drives/<uuid:drive_id>/corrections", views.corrections, name="corrections"),
    path("drives/<uuid:drive_id>/chain", views.chain, name="chain"),
    path("drives/<uuid:drive_id>/chain/lines", views.chain_line, name="chain-line"),
    path("conflicts/<uuid:conflict_id>", views.settle, name="settle"),
    path("late-slips/<uuid:slip_id>", views.judge, name="judge"),
    path("seats/<uuid:seat_id>", views.seat, name="seat"),
    path("seats/<uuid:seat_id>/voice", views.voice, name="voice"),
    path("seats/<uuid:seat_id>/sign", views.sign, name="sign"),
    path("seats/<uuid:seat_id>/voter", views.voter, name="voter"),
    path("seats/<uuid:seat_id>/successor", views.successor, name="successor"),
    path("voices/<uuid:voice_id>/signature", views.signature, name="signature"),
    path("stacks/<uuid:stack_id>", views.stack, name="stack"),
    path("stacks/<uuid:stack_id>/photos", views.photos, name="photos"),
    path("stacks/<uuid:stack_id>/photos/<int:position>", views.photo, name="photo"),
]
