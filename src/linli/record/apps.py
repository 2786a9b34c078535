from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "linli.record"
    label = "record"
