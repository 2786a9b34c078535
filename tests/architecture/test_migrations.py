"""What the models say is what the migrations make: nobody finds a change that was forgotten."""

from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState


def test_the_migrations_make_what_the_models_say() -> None:
    made = MigrationLoader(None, ignore_no_initial=True).project_state()
    changes = MigrationAutodetector(made, ProjectState.from_apps(apps)).changes(MigrationLoader(None).graph)
    assert {app: [each.operations for each in found] for app, found in changes.items()} == {}
