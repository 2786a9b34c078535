"""The house as its files say: the layers, the files of each app, who imports what. Read, never imported."""

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: Highest first; those of one line do not know each other. Packages that do not exist yet have their place too.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("config", "cli"),
    ("demo", "machine"),
    ("api", "flows"),
    ("portal",),
    ("safety", "projects"),
    ("stewards",),
    ("matters",),
    ("care",),
    ("casework", "volunteers"),
    ("voting",),
    ("doorstep",),
    ("accounts", "ledger"),
    ("messaging",),
    ("community",),
    ("files",),
    ("record",),
    ("web",),
    ("rules",),
)
HEIGHT = {name: -line for line, names in enumerate(LAYERS) for name in names}

#: What an app may hold by the plan; a name may also be a folder of that name.
NAMES = frozenset(
    (
        *("__init__", "models", "services", "queries", "policy", "forms", "views", "api", "schemas", "reactions"),
        *("urls", "admin", "apps", "templates", "templatetags", "static", "channels", "adapters", "tests"),
        *("migrations", "README"),
    )
)
#: Whole things that are no apps: made of modules with names of their own.
FREE = frozenset({"rules", "web", "config", "cli", "machine", "demo", "locale"})


@dataclass(frozen=True, slots=True)
class Import:
    """One import of something of the house: ``importer`` and ``target`` are dotted, without "linli."."""

    where: str
    importer: str
    target: str

    @property
    def crosses(self) -> bool:
        """Whether it leads from one package to another."""
        return self.importer.split(".")[0] != self.target.split(".")[0]


@cache
def listed() -> tuple[str, ...]:
    """Every file that git lists."""
    out = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for path in out.split("\0") if path and (ROOT / path).exists())


@cache
def tree_of(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text("utf-8"))


def python(*, under: str = "src/linli/") -> tuple[str, ...]:
    """The Python files under a folder, migrations left out."""
    return tuple(
        path for path in listed() if path.startswith(under) and path.endswith(".py") and "/migrations/" not in path
    )


@cache
def known_elsewhere() -> frozenset[tuple[str, str]]:
    """What is public by use: the module it is imported from, and its name, where another file imports it."""
    trees = [tree_of(path) for path in (*python(), *python(under="tests/"))]
    targets = [target for tree in trees for node in ast.walk(tree) for target in imported(node)]
    parted = [target.removeprefix("linli.").rpartition(".") for target in targets]
    return frozenset((module, name) for module, _, name in parted)


def packages() -> frozenset[str]:
    """What stands on the street."""
    return frozenset(path.split("/")[2].removesuffix(".py") for path in python() if path != "src/linli/__init__.py")


def apps() -> frozenset[str]:
    return packages() - FREE - {"flows", "api"}


def dotted(path: str) -> str:
    return path.removeprefix("src/linli/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports() -> Iterator[Import]:
    """Every import of the house by the house; ``from linli.a import b`` counts as ``a.b``."""
    for path in python():
        for node in ast.walk(tree_of(path)):
            for target in imported(node):
                if target.startswith("linli."):
                    yield Import(f"{path}:{getattr(node, 'lineno', 0)}", dotted(path), target.removeprefix("linli."))


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [f"{node.module}.{name.name}" for name in node.names]
    return []


def tables_of_map(heading: str) -> list[list[str]]:
    """The rows of the table under a heading of docs/map.md, their cells without marks."""
    text = (ROOT / "docs/map.md").read_text("utf-8")
    section = re.split(rf"^##+ {re.escape(heading)}\n", text, flags=re.M)[1]
    section = re.split(r"^##+ ", section, flags=re.M)[0]
    rows = [line.strip("| \n").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]
