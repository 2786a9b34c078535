"""What a page says of a rule, against the rule's own file."""

import tomllib

import pytest

from linli.rules.packs import shelf
from linli.voting.queries import law_of
from tests.architecture.house import ROOT

FILES = sorted((ROOT / "src/linli/rules/packs").glob("*.toml"))


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_whatever_nobody_has_confirmed_is_said_with_the_result(file):
    written = tomllib.loads(file.read_text("utf-8"))
    values = [*written["parameters"].values(), *written["tests"]]
    wanted = {each["note"]["zh"] for each in values if not each["confirmed"] and "note" in each}
    pack = shelf().in_force(written["id"], written["parameters"]["valid_from"]["value"])
    assert set(law_of(pack).notes) == wanted


def test_whether_a_rule_is_in_force_comes_first():
    written = tomllib.loads((ROOT / "src/linli/rules/packs/cn.tianjin.lift.2019.toml").read_text("utf-8"))
    pack = shelf().in_force("cn.tianjin.lift", written["parameters"]["valid_from"]["value"])
    assert law_of(pack).notes[0] == written["parameters"]["valid_to"]["note"]["zh"]
