"""Each thing in its room: names inside an app, words that are no names, clocks, signals, numbers of the law."""

import ast
import re
from collections import Counter

import pytest

from tests.architecture.house import (
    FREE,
    NAMES,
    ROOT,
    apps,
    dotted,
    known_elsewhere,
    listed,
    python,
    tables_of_map,
    tree_of,
)

NO_NAMES = re.compile(r"(^|[/_])(utils?|helpers?|commons?|managers?|base)(\.py|/|_|$)")
BINARY = (".png", ".jpg", ".woff2", ".ttf", ".mo", ".ico")


def source(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def test_inside_an_app_only_the_names_of_the_plan_and_of_the_map() -> None:
    more = {row[0].strip("`") for row in tables_of_map("More names inside an app")}
    for path in listed():
        parts = path.split("/")
        if parts[:2] == ["src", "linli"] and len(parts) > 3 and parts[2] in apps():
            assert parts[3].split(".")[0] in NAMES or "/".join(parts[2:4]) in more, path
    assert {name for name in more if not (ROOT / "src/linli" / name).exists()} == set()


def test_every_listed_file_has_its_place_in_the_map() -> None:
    """By the longest pattern of the table "Where everything is"; ``**`` is any depth."""
    patterns = [row[0].strip("`") for row in tables_of_map("Where everything is")]
    spelled = [re.escape(pattern).replace(r"\*\*", ".*").replace(r"\*", "[^/]*") for pattern in patterns]
    homeless = [path for path in listed() if not any(re.fullmatch(each, path) for each in spelled)]
    assert homeless == []
    empty = [p for p, each in zip(patterns, spelled, strict=True) if not any(re.fullmatch(each, f) for f in listed())]
    assert empty == [], "the map names what is not there"


def test_nothing_is_called_after_nothing() -> None:
    assert [path for path in listed() if path.startswith(("src/", "tests/")) and NO_NAMES.search(path)] == []


def test_only_the_clock_says_what_time_it_is() -> None:
    asked = []
    for path in python():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = ast.unparse(node.func.value)
                if node.func.attr in {"now", "today", "utcnow"} and owner.split(".")[-1] != "clock":
                    asked.append(f"{path}:{node.lineno} {ast.unparse(node)}")
    # The commands on rules run without Django and without a database: they ask the machine.
    allowed = ("src/linli/record/clock.py", "src/linli/cli/rules/")
    assert [each for each in asked if not each.startswith(allowed)] == []


def test_no_signals_as_logic() -> None:
    found = [path for path in python() if re.search(r"django\.(dispatch|db\.models\.signals)|@receiver", source(path))]
    assert found == []


def test_no_number_of_the_law_in_code() -> None:
    """A ratio written out in Python is a number of the law outside its pack. ``linli/web/sample.py`` shows parts."""
    found = []
    for path in python():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Fraction" and len(node.args) == 2:
                found += [f"{path}:{node.lineno}"] * all(isinstance(each, ast.Constant) for each in node.args)
    assert [each for each in found if not each.startswith("src/linli/web/sample.py")] == []


def services() -> list[tuple[str, ast.FunctionDef]]:
    paths = [path for path in python() if re.match(r"src/linli/\w+/services(\.py|/)", path)]
    return [
        (path, node)
        for path in paths
        for node in tree_of(path).body
        if isinstance(node, ast.FunctionDef) and (dotted(path), node.name) in known_elsewhere()
    ]


def test_services_are_typed_and_take_keywords() -> None:
    """``by`` and what else a write needs are named by the caller; only a subject may come first without a name."""
    faults = []
    for path, node in services():
        writes = any(each.arg == "by" for each in (*node.args.args, *node.args.kwonlyargs))
        if writes and len(node.args.args) > 1:
            faults.append(f"{path}:{node.lineno} {node.name}: keyword-only after its subject")
        if node.returns is None or any(each.annotation is None for each in (*node.args.args, *node.args.kwonlyargs)):
            faults.append(f"{path}:{node.lineno} {node.name}: not typed")
    exempt = "src/linli/record/services.py"
    assert [fault for fault in faults if not fault.startswith(exempt)] == []


def test_services_have_names_of_their_own() -> None:
    names = Counter(node.name for _, node in services())
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("path", [p for p in python() if re.match(r"src/linli/(rules/|\w+/(services|queries)\b)", p)])
def test_public_things_of_rules_services_and_queries_say_what_they_mean(path: str) -> None:
    silent = [
        f"{path}:{node.lineno} {node.name}"
        for node in tree_of(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and (dotted(path), node.name) in known_elsewhere()
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_no_registry_host_and_no_path_of_a_machine_is_kept() -> None:
    hosts = ["pypi" + ".org", "python" + "hosted", "npm" + "js.org", "/home" + "/", "/root" + "/", "/work" + "/"]
    found = []
    for path in listed():
        if not path.endswith(BINARY):
            text = source(path)
            found += [f"{path}: {host}" for host in hosts if host in text]
    assert found == []


def test_what_is_no_app_is_known() -> None:
    assert {name for name in FREE if not (ROOT / "src/linli" / name).exists()} == set()
