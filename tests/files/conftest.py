from pathlib import Path

import pytest
from pytest_django import Settings

from linli.record.acting import Acting
from linli.record.ids import new_id


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """An empty vault of this test's own, with a key; nothing follows what is stored."""
    settings.FILES_FOLDER = tmp_path / "files"
    settings.FILES_KEY = "5a" * 32
    settings.FLOWS = "tests.files.flows"
    return tmp_path / "files"


@pytest.fixture
def clerk() -> Acting:
    return Acting(community=new_id(), person=new_id(), role="clerk")
