from django.apps import AppConfig
from django.core import checks


class FilesConfig(AppConfig):
    name = "linli.files"
    label = "files"

    def ready(self) -> None:
        checks.register(check_vault)


def check_vault(app_configs: object, **kwargs: object) -> list[checks.CheckMessage]:
    """Say, when the machine starts or is checked, that the files' key is missing or is not theirs."""
    from django.conf import settings

    from linli.files.vault import key_fault, open_vault

    if fault := key_fault(settings.FILES_KEY):
        return [checks.Error(fault, id="files.E001")]
    if other := open_vault().other_key():
        words = f"the files at rest were sealed with the key {other}, which is not the one in LINLI_FILES_KEY"
        return [checks.Error(words, hint="give back the former key", id="files.E002")]
    return []
