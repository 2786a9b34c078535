from django.apps import AppConfig


class CommunityConfig(AppConfig):
    name = "linli.community"
    label = "community"
