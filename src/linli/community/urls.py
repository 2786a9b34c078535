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
    path("places/<uuid:place_id>/register/<uuid:draft_id>/left-out.xlsx", views.left_out, name="left_out"),
    path("places/<uuid:place_id>/imports/<uuid:import_id>/undo", views.undo, name="undo"),
]
