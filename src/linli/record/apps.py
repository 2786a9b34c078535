from django.apps import AppConfig
from django.core import checks


class RecordConfig(AppConfig):
    name = "linli.record"
    label = "record"

    def ready(self) -> None:
        checks.register(check_keys)


def check_keys(app_configs: object, **kwargs: object) -> list[checks.CheckMessage]:
    """Say, when the machine starts or is checked, that the keys of sealed values are missing or no keys."""
    from django.conf import settings

    from linli.record.cipher import key_fault

    fault = key_fault(settings.DATA_KEYS, settings.INDEX_KEY)
    return [checks.Error(fault, id="record.E001")] if fault else []
