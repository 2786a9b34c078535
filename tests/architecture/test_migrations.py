"""What the models say is what the migrations make: nobody finds a change that was forgotten."""

from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.utils import translation


def test_the_migrations_make_what_the_models_say() -> None:
    """Without a language, as migrations are written: Django's own models have names that are translated."""
    loader = MigrationLoader(None)
    with translation.override(None):
        changes = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(loader.graph)
    assert {app: [each.operations for each in found] for app, found in changes.items()} == {}
