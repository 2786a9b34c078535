from django.urls import path

from linli.portal import views

urlpatterns = [
    path("", views.home, name="home"),
    path("own", views.own, name="own"),
    path("check/<uuid:thread_id>", views.check, name="check"),
    path("check/<uuid:thread_id>/proof", views.proof, name="proof"),
    path("log/<uuid:log_id>", views.log_file, name="log-file"),
    path("jianfu", views.jianfu, name="jianfu"),
    path("keys", views.keys, name="api-keys"),
    path("keys/<uuid:key_id>/end", views.end_key, name="end-api-key"),
    path("search", views.find, name="search"),
    path("papers", views.papers, name="papers"),
    path("papers/archives", views.order, name="order-archive"),
    path("papers/archives/<uuid:archive_id>.zip", views.archive, name="archive"),
    path("papers/blanks", views.add, name="add-blank"),
    path("papers/blanks/<uuid:blank_id>", views.blank, name="blank"),
    path("papers/blanks/<uuid:blank_id>/fill", views.fill, name="fill-blank"),
    path("papers/blanks/<uuid:blank_id>/retire", views.retire, name="retire-blank"),
    path("figures", views.figures, name="figures"),
    path("own/phone", views.own_phone, name="own-phone"),
    path("reach", views.reach, name="reach"),
]
