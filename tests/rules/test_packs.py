"""Rule packs: what is in force when, and that half a pack is never used."""

import datetime
import hashlib
import re
from pathlib import Path

import pytest

import linli.rules.packs
from linli.rules.errors import Refused
from linli.rules.packs import Pack, Packs, read_pack, shelf

FOLDER = Path(linli.rules.packs.__file__).parent
FILES = sorted(FOLDER.glob("*.toml"))
SPECIAL = FOLDER / "cn.civil-code.278.special.2021.toml"
DAY = datetime.date(2023, 7, 1)


def altered(old: str, new: str) -> Pack:
    text = SPECIAL.read_text(encoding="utf-8")
    assert old in text
    return read_pack(text.replace(old, new, 1).encode(), SPECIAL.name)


def test_the_packs_are_there() -> None:
    assert {pack.id for pack in shelf()} == {
        "cn.civil-code.278.ordinary",
        "cn.civil-code.278.special",
        "cn.civil-code.279",
        "cn.tianjin.lift",
        "cn.jinan.laiwu.lift",
        "cn.chengdu.lift",
        "cn.henan.lift",
        "cn.owners.meeting",
        "cn.beijing.owners-meeting",
        "cn.hangzhou.owners-meeting",
        "cn.shanghai.owners-meeting",
        "cn.residents.meeting",
        "cn.residents.representatives",
        "cn.residents.election",
        "cn.villagers.assembly",
        "cn.villagers.representatives",
        "cn.villagers.group",
        "cn.villagers.election",
    }
    assert len(FILES) == len(list(shelf()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_pack_is_named_by_its_id_and_version_and_hashed(path: Path) -> None:
    pack = read_pack(path.read_bytes(), path.name)
    assert path.name == f"{pack.id}.{pack.version}.toml"
    assert pack.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_pack_without_any_one_of_its_lines_is_refused(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    meant = [n for n, line in enumerate(lines) if line.strip() and not line.startswith("#")]
    assert meant
    for n in meant:
        with pytest.raises(Refused) as refused:
            read_pack("".join(lines[:n] + lines[n + 1 :]).encode(), path.name)
        assert refused.value.facts["file"] == path.name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_pack_with_a_field_nobody_knows_is_refused_in_every_table(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for header in re.finditer(r"^\[.*\]$", text, re.MULTILINE):
        with pytest.raises(Refused) as refused:
            read_pack((text[: header.end()] + "\nquorumm = 1" + text[header.end() :]).encode(), path.name)
        assert refused.value.code == "pack.field-unknown"
        assert str(refused.value.facts["field"]).endswith("quorumm")


def test_the_refusal_names_file_and_field() -> None:
    with pytest.raises(Refused) as refused:
        altered('ratio = "3/4"', "")
    assert refused.value.code == "pack.field-missing"
    assert "tests[3].ratio" in str(refused.value)
    assert SPECIAL.name in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('ratio = "3/4"', "ratio = 0.75", "tests[3].ratio"),
        ('ratio = "3/4"', 'ratio = "0.75"', "tests[3].ratio"),
        ('ratio = "3/4"', 'ratio = "4/3"', "tests[3].ratio"),
        ('ratio = "3/4"', 'ratio = "3/0"', "tests[3].ratio"),
        ('ratio = "3/4"', 'ratio = "-3/4"', "tests[3].ratio"),
        ('ratio = "3/4"', 'ratio = "0"', "tests[3].relation"),
        ('relation = ">="', 'relation = "=>"', "tests[1].relation"),
        ('relation = ">="', 'relation = "="', "tests[1].relation"),
        ('measure = "heads"', 'measure = "people"', "tests[1].measure"),
        ('measure = "heads"', 'measure = "objections"', "tests[1].relation"),
        ('base = "scope"', 'base = "participants"', "tests[1].base"),
        ('name = "participation.heads"', 'name = "participation.area"', "tests"),
        ('kinds = ["owners"]', 'kinds = ["owner"]', "kinds"),
        ('kinds = ["owners"]', "kinds = []", "kinds"),
        ('version = "2021"', "version = 2021", "version"),
        ('version = "2021"', 'version = " "', "version"),
        ("value = 2021-01-01", 'value = "2021-01-01"', "parameters.valid_from.value"),
        ("value = 2021-01-01", "value = 2021-01-01T00:00:00", "parameters.valid_from.value"),
        ('value = "open"', "value = 2020-12-31", "parameters.valid_to"),
        ("value = 15", "value = true", "parameters.notice_days.value"),
        ("value = 15", "value = -1", "parameters.notice_days.value"),
        ("value = 15", 'value = "unknown"', "parameters.notice_days"),
        ("confirmed = true", "confirmed = 1", "parameters.valid_from.confirmed"),
        ("value = false", 'value = "no"', "parameters.spoiled_participates.value"),
        ("aliases = []", 'aliases = "x"', "aliases"),
    ],
)
def test_a_field_of_the_wrong_kind_is_refused_by_name(old: str, new: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        altered(old, new)
    assert (refused.value.code, refused.value.facts["field"]) == ("pack.field-wrong", field)


def test_an_unconfirmed_value_must_say_what_to_check() -> None:
    with pytest.raises(Refused) as refused:
        altered("value = 2021-01-01\nconfirmed = true", "value = 2021-01-01\nconfirmed = false")
    assert refused.value.facts["field"] == "parameters.valid_from.note"


@pytest.mark.parametrize("data", [b"\xff\xfe", b"id = ", b""])
def test_bytes_that_are_no_pack_are_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        read_pack(data, "x.toml")


def test_the_civil_code_is_in_force_from_2021() -> None:
    assert shelf().in_force("cn.civil-code.278.special", datetime.date(2021, 1, 1)).version == "2021"
    with pytest.raises(Refused) as refused:
        shelf().in_force("cn.civil-code.278.special", datetime.date(2020, 12, 31))
    assert refused.value.code == "pack.none-in-force"
    assert "2021-01-01" in str(refused.value)


def test_an_alias_finds_the_same_pack() -> None:
    by_alias = shelf().in_force("cn.tianjin.lift.2019", DAY)
    assert by_alias is shelf().in_force("cn.tianjin.lift", DAY)
    assert by_alias.id == "cn.tianjin.lift"


def test_an_unknown_pack_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        shelf().in_force("cn.civil-code.278", DAY)
    assert refused.value.code == "pack.unknown"


def test_of_two_versions_the_one_of_the_day_is_chosen_and_overlaps_are_refused() -> None:
    first = altered('value = "open"', "value = 2022-12-31")
    second = altered("value = 2021-01-01", "value = 2023-03-01")
    packs = Packs([second, first])
    name = first.id
    assert packs.in_force(name, datetime.date(2022, 12, 31)) is first
    assert packs.in_force(name, datetime.date(2023, 3, 1)) is second
    with pytest.raises(Refused) as refused:
        packs.in_force(name, datetime.date(2023, 1, 1))
    assert "2021-01-01～2022-12-31、2023-03-01～" in str(refused.value)
    with pytest.raises(Refused) as refused:
        Packs([first, altered("value = 2021-01-01", "value = 2022-12-31")])
    assert refused.value.code == "pack.dates-overlap"


def test_what_nobody_has_read_in_a_source_is_marked_so() -> None:
    """Spoiled papers; Tianjin's days of notice, its later revision and the storeys of its subsidy."""
    tianjin = shelf().in_force("cn.tianjin.lift", DAY)
    assert tianjin.lift is not None
    assert tianjin.lift.min_storeys is not None
    assert (tianjin.lift.min_storeys.value, tianjin.lift.min_storeys.confirmed) == (4, True)
    assert (tianjin.notice_days.value, tianjin.notice_days.confirmed) == (None, False)
    assert not tianjin.valid_to.confirmed
    assert tianjin.lift.subsidy_min_storeys is not None
    assert not tianjin.lift.subsidy_min_storeys.confirmed
    civil_code = [pack for pack in shelf() if pack.id.startswith("cn.civil-code")]
    assert all(not pack.spoiled_participates.confirmed for pack in civil_code)


@pytest.mark.parametrize("name", ["cn.civil-code.278.ordinary", "cn.civil-code.278.special"])
def test_notice_and_remedy_of_owners_decisions(name: str) -> None:
    """Property Management Regulation 14: 15 days. Civil Code 280 with the interpretation's article 12: one year."""
    pack = shelf().in_force(name, DAY)
    assert (pack.notice_days.value, pack.notice_days.confirmed) == (15, True)
    assert (pack.remedy_years.value, pack.remedy_years.confirmed) == (1, True)
    assert pack.kinds == ("owners",)
