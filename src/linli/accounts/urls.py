from django.urls import path

from linli.accounts import views

urlpatterns = [
    path("sign-in", views.sign_in, name="sign-in"),
    path("s/<str:secret>", views.link, name="sign-in-link"),
    path("role", views.choose, name="choose-role"),
    path("sign-out", views.sign_out, name="sign-out"),
]
