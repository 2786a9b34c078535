"""A witness folder for each test, so that no log of one is known to another."""

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def witness_folder(tmp_path: Path, settings: Settings) -> Path:
    """Where the heads of these tests' logs are witnessed."""
    settings.WITNESS_FOLDER = tmp_path / "witness"
    return tmp_path / "witness"
