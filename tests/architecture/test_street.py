"""Data flows down the street and imports point back up it; apps are entered by their doors."""

import ast
import re
import tomllib

import pytest
from django.apps import apps as registry
from django.db.migrations.loader import MigrationLoader

from tests.architecture.house import (
    HEIGHT,
    LAYERS,
    ROOT,
    Import,
    apps,
    imported,
    imports,
    listed,
    packages,
    tables_of_map,
    tree_of,
)

#: Doors of every app; ``policy`` lends the question ``can`` and its actions. The map names what else is open, and why.
DOORS = frozenset({"services", "queries", "policy"})
#: Models of a lower app are known (foreign keys, types) where rows are read, written or shown; no further.
KNOWS_MODELS = frozenset(
    {
        "models",
        "services",
        "queries",
        "policy",
        "reactions",
        "forms",
        "views",
        "words",
        "papers",
        "sources",
        "counting",
        "acting",
    }
)

#: What puts the apps together: it may also mount their addresses and name their reactions.
OUTERMOST = frozenset({"config", "flows", "machine", "demo", "cli"})


def part(dotted: str, place: int) -> str:
    return [*dotted.split("."), "", ""][place]


def test_every_package_has_its_place_on_the_street() -> None:
    assert packages() - {"locale"} <= set(HEIGHT)


def test_import_linter_reads_the_same_street() -> None:
    """Its contract knows imports only; the layers stand in both, and may not drift apart."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (contract,) = settings["tool"]["importlinter"]["contracts"]
    street = [tuple(name.strip("() ") for name in line.split("|")) for line in contract["layers"]]
    assert tuple(street) == LAYERS


def test_nothing_is_imported_from_further_down_the_street() -> None:
    wrong = [found for found in imports() if found.crosses and not points_back(found)]
    assert not wrong, "\n".join(f"{found.where}: {found.importer} imports {found.target}" for found in wrong)


def points_back(found: Import) -> bool:
    importer, target = part(found.importer, 0), part(found.target, 0)
    if (importer, target) == ("machine", "config"):
        return True  # each worker of the server loads the program's own door
    return HEIGHT[target] < HEIGHT[importer]


def test_apps_are_entered_by_their_doors() -> None:
    wrong = [found for found in imports() if found.crosses and part(found.target, 0) in apps() and not by_door(found)]
    assert not wrong, "\n".join(f"{found.where}: {found.importer} imports {found.target}" for found in wrong)


def by_door(found: Import) -> bool:
    door = part(found.target, 1)
    if part(found.importer, 0) == "api" and door in {"api", "models"}:
        return True  # it mounts what each app offers to programs
    if part(found.importer, 0) in OUTERMOST and door in {"reactions", "urls", "models", "views"}:
        return True
    rows = tables_of_map("More names inside an app")
    open_too = {row[0].strip("`").removesuffix(".py") for row in rows if row[1] == "yes"}
    if found.target == "files.views.serve" or f"{part(found.target, 0)}/{door}" in open_too:
        return True
    return door in DOORS or (door == "models" and part(found.importer, 1) in KNOWS_MODELS)


def test_addresses_point_back_up_the_street() -> None:
    """The name of another app's page is a string too; what the house names itself ("home") has no app in it."""
    named = re.compile(r"""(?:\burl|reverse\(|redirect\(|reverse_lazy\()\s*["'](\w+):""")
    wrong = []
    for path in listed():
        package = path.removeprefix("src/linli/").split("/")[0]
        if path.startswith("src/linli/") and path.endswith((".py", ".html")) and package in HEIGHT:
            for target in named.findall((ROOT / path).read_text("utf-8")):
                if target != package and HEIGHT[target] >= HEIGHT[package]:
                    wrong.append(f"{path}: {target}")
    assert wrong == []


def test_no_relation_is_followed_to_a_later_app() -> None:
    """A foreign key can be read backwards, from the earlier model to the later one, without an import."""
    wrong = []
    for model in registry.get_models():
        app = model._meta.app_label
        for relation in model._meta.related_objects:
            name = relation.get_accessor_name()
            other = relation.related_model._meta.app_label
            if not name or HEIGHT.get(other, 0) <= HEIGHT.get(app, 0):
                continue
            followed = re.compile(rf"""\.{name}\b|["_]{name}["_]""")
            files = (path for path in listed() if path.startswith(f"src/linli/{app}/") and "/migrations/" not in path)
            wrong += [
                f"{path}: {other}'s {name}" for path in files if followed.search((ROOT / path).read_text("utf-8"))
            ]
    assert wrong == []


@pytest.mark.parametrize("app", sorted(apps()))
def test_relations_of_models_point_back_up_the_street(app: str) -> None:
    """String foreign keys escape a reader of imports."""
    for model in registry.get_app_config(app).get_models() if registry.is_installed(f"linli.{app}") else []:
        for field in model._meta.get_fields():
            related = field.related_model
            if field.auto_created or not isinstance(related, type):
                continue
            other = related._meta.app_label
            assert other == app or HEIGHT.get(other, -99) < HEIGHT[app], f"{model.__name__}.{field.name}"


def test_record_and_files_hold_later_things_as_values() -> None:
    for app in ("record", "files"):
        for model in registry.get_app_config(app).get_models():
            related = [field.related_model for field in model._meta.get_fields() if field.is_relation]
            assert not related, model.__name__


def test_each_app_says_which_migration_is_its_last() -> None:
    """In ``migrations/head``: two branches that each add one meet there, in git and not in a community's database."""
    for app, name in MigrationLoader(None).graph.leaf_nodes():
        if app in HEIGHT:
            assert (ROOT / f"src/linli/{app}/migrations/head").read_text("ascii").split() == [name]


def test_migrations_depend_on_what_stands_further_up() -> None:
    loader = MigrationLoader(None)
    for (app, name), migration in loader.disk_migrations.items():
        for other, _ in migration.dependencies if app in HEIGHT else []:
            if other in HEIGHT:
                assert HEIGHT[other] <= HEIGHT[app], f"{app}.{name} depends on {other}"


def test_migrations_import_no_app_code_that_will_change() -> None:
    allowed = {"record.guards", "record.ids", "record.clock", "community.models"}
    for path in listed():
        if "/migrations/" in path and path.endswith(".py"):
            for node in ast.walk(tree_of(path)):
                for target in imported(node):
                    if target.startswith("linli."):
                        name = target.removeprefix("linli.")
                        assert any(name.startswith(entry) for entry in allowed | {f"{path.split('/')[1]}."}), path
                        assert ".services" not in name, path
