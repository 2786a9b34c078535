from django.urls import path

from linli.matters import views

app_name = "matters"

urlpatterns = [
    path("matters", views.index, name="index"),
    path("matters/new", views.new, name="new"),
    path("matters/<uuid:matter_id>", views.matter, name="matter"),
    path("matters/<uuid:matter_id>/edit", views.edit, name="edit"),
    path("matters/<uuid:matter_id>/withdraw", views.withdraw, name="withdraw"),
    path("matters/<uuid:matter_id>/put", views.put, name="put"),
    path("matters/<uuid:matter_id>/decide", views.decide, name="decide"),
    path("matters/<uuid:matter_id>/result", views.result, name="result"),
    path("matters/<uuid:matter_id>/results/<int:number>", views.earlier, name="earlier"),
    path("matters/<uuid:matter_id>/results/<int:number>/file", views.recount_at_home, name="recount-file"),
    path("matters/<uuid:matter_id>/recount", views.recount, name="recount"),
    path("matters/<uuid:matter_id>/recount/end", views.end_recount, name="end-recount"),
    path("matters/<uuid:matter_id>/announce", views.announce, name="announce"),
    path("matters/<uuid:matter_id>/result.pdf", views.result_as, {"form": "pdf"}, name="result-pdf"),
    path("matters/<uuid:matter_id>/result.docx", views.result_as, {"form": "docx"}, name="result-docx"),
    path("matters/<uuid:matter_id>/result/pictures", views.result_pictures, name="result-pictures"),
    path("matters/<uuid:matter_id>/result/<int:position>.png", views.result_picture, name="result-picture"),
    path("matters/<uuid:matter_id>/papers", views.papers, name="papers"),
    path("matters/<uuid:matter_id>/slips.pdf", views.slips, name="slips"),
    path("matters/<uuid:matter_id>/sign-sheet", views.sign_sheet, name="sign-sheet"),
    path("matters/<uuid:matter_id>/stamp", views.stamp, name="stamp"),
    path("matters/<uuid:matter_id>/stamped/<uuid:stamped_id>", views.stamped, name="stamped"),
]
