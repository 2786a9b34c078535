from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "linli.messaging"
    label = "messaging"
