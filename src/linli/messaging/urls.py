from django.urls import path

from linli.messaging import views

app_name = "messaging"

urlpatterns = [
    path("notices", views.board, name="board"),
    path("notices/new", views.new_notice, name="new-notice"),
    path("notices/<uuid:notice_id>", views.notice, name="notice"),
    path("notices/<uuid:notice_id>/sheet", views.sheet, name="sheet"),
    path("notices/<uuid:notice_id>/sheet.pdf", views.sheet_as, {"form": "pdf"}, name="sheet-pdf"),
    path("notices/<uuid:notice_id>/sheet.docx", views.sheet_as, {"form": "docx"}, name="sheet-docx"),
    path("notices/<uuid:notice_id>/sheet/pictures", views.sheet_pictures, name="sheet-pictures"),
    path("notices/<uuid:notice_id>/sheet/<int:position>.png", views.sheet_picture, name="sheet-picture"),
    path("notices/<uuid:notice_id>/stamp", views.stamp, name="stamp"),
    path("notices/<uuid:notice_id>/stamped/<uuid:stamped_id>", views.stamped, name="stamped"),
    path("notices/<uuid:notice_id>/revise", views.revise, name="revise"),
    path("notices/<uuid:notice_id>/object", views.object_to, name="object"),
    path("notices/<uuid:notice_id>/withdraw", views.withdraw, name="withdraw"),
    path("papers/<slug:kind>/<uuid:subject_id>/email", views.mail, name="mail"),
    path("postings/<uuid:posting_id>/up", views.up, name="up"),
    path("postings/<uuid:posting_id>/down", views.down, name="down"),
    path("postings/<uuid:posting_id>/photo", views.photo, name="photo"),
    path("objections/<uuid:objection_id>/answer", views.answer, name="answer"),
    path("ways", views.ways, name="ways"),
    path("ways/sms", views.new_sms, name="new-sms"),
    path("ways/email", views.new_email, name="new-email"),
    path("ways/quiet", views.quiet, name="quiet"),
    path("ways/reviewers", views.reviewers, name="reviewers"),
    path("ways/<uuid:channel_id>", views.way, name="way"),
    path("deliveries/<uuid:delivery_id>/came", views.came, name="came"),
    path("reviews", views.queue, name="queue"),
    path("reviews/<uuid:review_id>", views.review, name="review"),
    path("reviews/<uuid:review_id>/approve", views.approve, name="approve"),
    path("reviews/<uuid:review_id>/return", views.send_back, name="return"),
    path("reviews/<uuid:review_id>/hide", views.hide, name="hide"),
    path("reviews/<uuid:review_id>/appeal", views.appeal, name="appeal"),
    path("appeals/<uuid:appeal_id>/decide", views.judge, name="judge"),
]
