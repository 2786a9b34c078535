"""One word for one thing: what code calls a row or a state stands in the glossary, once for each meaning."""

import ast
import re
from typing import get_args

from django.apps import apps as registry
from django.db import models

from linli.rules.decisions.verdict import State
from tests.architecture.house import ROOT, apps, python, tree_of


def glossary() -> set[str]:
    text = (ROOT / "docs/glossary.md").read_text("utf-8")
    return {word for row in re.findall(r"^\|.*\|$", text, re.M) for word in re.findall(r"`(\w+)`", row)}


def test_every_model_has_its_word() -> None:
    """Abstract ones too: they are read in the code like the others."""
    named = {
        node.name
        for path in python()
        if re.fullmatch(r"src/linli/\w+/models(\.py|/\w+\.py)", path)
        for node in tree_of(path).body
        if isinstance(node, ast.ClassDef)
    }
    assert len(named) > 20
    assert named - glossary() == set()


def test_every_status_word_has_its_line() -> None:
    words: set[str] = set(get_args(State))
    for app in apps():
        for model in registry.get_app_config(app).get_models():
            for field in model._meta.get_fields():
                inner = getattr(field, "base_field", field)
                if isinstance(inner, models.CharField) and inner.choices:
                    words |= {str(value) for value, _ in inner.flatchoices}
    assert {"gathering", "party_committee", "unverifiable"} <= words
    assert words - glossary() == set()
