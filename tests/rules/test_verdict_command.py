"""The JSON contract of ``linli rules verdict`` (docs/recount.md): one document in, one answer out."""

import copy
import json
from collections.abc import Callable
from decimal import Decimal

import pytest

from linli.cli.rules.verdict import verdict
from linli.rules.errors import Refused

SPECIAL = "cn.civil-code.278.special"


def unit(name: str, voice: str = "yes", **more: object) -> dict[str, object]:
    return {"id": name, "area": "85.20", "owners": [f"P{name}"], "voice": voice, **more}


def document(units: list[dict[str, object]] | None = None, **more: object) -> dict[str, object]:
    made = [unit(str(n)) for n in range(24)] + [unit(str(n), "no") for n in range(24, 32)]
    made += [unit(str(n), "none") for n in range(32, 48)]
    return {"pack": SPECIAL, "at": "2023-07-01", "units": made if units is None else units, **more}


def refusal(value: object) -> Refused:
    with pytest.raises(Refused) as refused:
        verdict(value)
    assert refused.value.say()
    return refused.value


def test_the_whole_answer() -> None:
    """32 of 48 take part, 24 of the 32 agree: article 278 is just met."""
    answer, passed = verdict(document())
    assert passed
    assert answer == {
        "state": "passed",
        "tests": [
            {
                "name": "participation.heads",
                "measure": "heads",
                "have": "32",
                "of": "48",
                "need": ">= 2/3",
                "met": True,
            },
            {
                "name": "participation.area",
                "measure": "area",
                "have": "2726.40",
                "of": "4089.60",
                "need": ">= 2/3",
                "met": True,
            },
            {"name": "consent.heads", "measure": "heads", "have": "24", "of": "32", "need": ">= 3/4", "met": True},
            {
                "name": "consent.area",
                "measure": "area",
                "have": "2044.80",
                "of": "2726.40",
                "need": ">= 3/4",
                "met": True,
            },
        ],
        "missing": None,
        "source": {"pack": SPECIAL, "version": "2021", "article": "民法典第二百七十八条"},
    }
    assert json.loads(json.dumps(answer)) == answer


def test_an_open_drive_says_what_is_missing() -> None:
    units = [unit(str(n), "yes" if n < 29 else "none") for n in range(48)]
    answer, passed = verdict(document(units, pack="cn.tianjin.lift", closed=False))
    assert not passed
    assert answer["state"] == "pending"
    assert answer["missing"] == {"heads": 3, "area": "255.60"}
    assert [(test["need"], test["met"]) for test in answer["tests"]] == [  # type: ignore[attr-defined]
        (">= 2/3", None),
        (">= 2/3", None),
        ("= 0", True),
    ]


def test_closed_is_the_default() -> None:
    units = [unit(str(n), "yes" if n < 29 else "none") for n in range(48)]
    answer, _ = verdict(document(units, pack="cn.tianjin.lift"))
    assert (answer["state"], answer["missing"]) == ("failed", None)


def test_need_of_the_ordinary_matter_is_more_than_half() -> None:
    answer, _ = verdict(document(pack="cn.civil-code.278.ordinary"))
    assert [test["need"] for test in answer["tests"]] == [">= 2/3", ">= 2/3", "> 1/2", "> 1/2"]  # type: ignore[attr-defined]


def test_an_alias_answers_with_the_packs_own_name() -> None:
    answer, _ = verdict(document(pack="cn.tianjin.lift.2019"))
    assert answer["source"] == {
        "pack": "cn.tianjin.lift",
        "version": "2019",
        "article": "天津市既有住宅加装电梯工作指导意见（2019年）",
    }


@pytest.mark.parametrize("area", [None, "absent"])
def test_areas_may_be_unknown(area: str | None) -> None:
    units = [unit(str(n), "yes" if n < 40 else "no") for n in range(48)]
    for each in units:
        if area is None:
            each["area"] = None
        else:
            del each["area"]
    answer, passed = verdict(document(units))
    assert (answer["state"], passed) == ("unverifiable", False)
    # All 48 take part, so of the area that much is certain whatever it is.
    assert [test["met"] for test in answer["tests"]] == [True, True, True, None]  # type: ignore[attr-defined]
    assert answer["tests"][3]["of"] == "0.00"  # type: ignore[index]


def test_an_objection_and_an_excluded_unit() -> None:
    units = [unit(str(n)) for n in range(3)]
    objecting = [*units, unit("shop", "no", objection=True, area="900")]
    assert verdict(document(objecting, pack="cn.tianjin.lift"))[0]["state"] == "failed"
    objecting[-1]["excluded"] = True
    assert verdict(document(objecting, pack="cn.tianjin.lift"))[0]["state"] == "passed"


def test_the_developers_units_are_one_head_and_unknown_owners_are_one_each() -> None:
    units = [unit("1", developer=True), unit("2", developer=True), unit("3", owners=[]), unit("4", owners=None)]
    del units[3]["owners"]
    assert verdict(document(units))[0]["tests"][0]["of"] == "3"  # type: ignore[index]


@pytest.mark.parametrize("area", ["85", "85.2", "85.20", "0085.20", 85, Decimal("85.2"), Decimal("8.52E+1")])
def test_areas_are_read_exactly(area: object) -> None:
    answer, _ = verdict(document([unit("1", area=area)]))
    want = "85.00" if area in ("85", 85) else "85.20"
    assert answer["tests"][1]["of"] == want  # type: ignore[index]


def test_areas_that_floats_would_blur_stay_exact() -> None:
    answer, _ = verdict(document([unit(str(n), area="0.10") for n in range(3)]))
    assert answer["tests"][1]["of"] == "0.30"  # type: ignore[index]
    answer, _ = verdict(document([unit(str(n), area="9999999999999.99") for n in range(3)]))
    assert answer["tests"][1]["of"] == "29999999999999.97"  # type: ignore[index]


def test_present_is_read_and_changes_no_count_of_voices() -> None:
    units = [unit("1", present=False), unit("2", "none", present=True)]
    assert verdict(document(units))[0] == verdict(document([unit("1"), unit("2", "none")]))[0]


@pytest.mark.parametrize(
    "area",
    [
        "0",
        "0.00",
        "-1",
        "85.205",
        "1e3",
        "NaN",
        "inf",
        "",
        " 85",
        "８５",
        "85.",
        ".5",
        "1" * 14,
        85.2,
        Decimal("85.205"),
        -85,
        True,
        [],
    ],
)
def test_areas_that_cannot_be_are_refused(area: object) -> None:
    refused = refusal(document([unit("1", area=area)]))
    assert (refused.code, refused.facts["field"]) == ("verdict.area-wrong", "units[0].area")


BROKEN: dict[str, tuple[Callable[[dict], object], str]] = {
    "no pack": (lambda it: it.pop("pack"), "verdict.field-missing"),
    "no date": (lambda it: it.pop("at"), "verdict.field-missing"),
    "no units": (lambda it: it.pop("units"), "verdict.field-missing"),
    "empty": (lambda it: it.update(units=[]), "verdict.nobody"),
    "all excluded": (lambda it: it.update(units=[unit("1", excluded=True)]), "verdict.nobody"),
    "units an object": (lambda it: it.update(units={}), "verdict.field-wrong"),
    "a unit a list": (lambda it: it.update(units=[[]]), "verdict.field-wrong"),
    "pack unknown": (lambda it: it.update(pack="cn.nowhere"), "pack.unknown"),
    "pack a number": (lambda it: it.update(pack=278), "verdict.field-wrong"),
    "before the law": (lambda it: it.update(at="2020-12-31"), "pack.none-in-force"),
    "no such day": (lambda it: it.update(at="2023-02-29"), "verdict.day-wrong"),
    "a week": (lambda it: it.update(at="2023-W26-6"), "verdict.day-wrong"),
    "no hyphens": (lambda it: it.update(at="20230701"), "verdict.day-wrong"),
    "date a number": (lambda it: it.update(at=2023), "verdict.field-wrong"),
    "kind unknown": (lambda it: it.update(kind="tenants"), "verdict.field-wrong"),
    "kind a list": (lambda it: it.update(kind=["owners"]), "verdict.field-wrong"),
    "kind not the pack's": (lambda it: it.update(kind="households"), "verdict.kind-not-in-pack"),
    "closed a number": (lambda it: it.update(closed=1), "verdict.field-wrong"),
    "misspelt": (lambda it: it.update(close=True), "verdict.field-unknown"),
    "misspelt in a unit": (lambda it: it["units"][0].update(objecton=True), "verdict.field-unknown"),
    "voice unknown": (lambda it: it["units"][0].update(voice="maybe"), "verdict.field-wrong"),
    "voice conflict": (lambda it: it["units"][0].update(voice="conflict"), "verdict.field-wrong"),
    "voice null": (lambda it: it["units"][0].update(voice=None), "verdict.field-wrong"),
    "voice absent": (lambda it: it["units"][0].pop("voice"), "verdict.field-missing"),
    "id absent": (lambda it: it["units"][0].pop("id"), "verdict.field-missing"),
    "id a number": (lambda it: it["units"][0].update(id=1), "verdict.field-wrong"),
    "id empty": (lambda it: it["units"][0].update(id=" "), "verdict.field-wrong"),
    "id twice": (lambda it: it["units"][1].update(id="0"), "verdict.unit-twice"),
    "owners a word": (lambda it: it["units"][0].update(owners="P1"), "verdict.field-wrong"),
    "an owner a number": (lambda it: it["units"][0].update(owners=[1]), "verdict.field-wrong"),
    "an owner empty": (lambda it: it["units"][0].update(owners=[""]), "verdict.field-wrong"),
    "objection a word": (lambda it: it["units"][0].update(objection="yes"), "verdict.field-wrong"),
    "developer null": (lambda it: it["units"][0].update(developer=None), "verdict.field-wrong"),
    "excluded a number": (lambda it: it["units"][0].update(excluded=0), "verdict.field-wrong"),
    "present a word": (lambda it: it["units"][0].update(present="no"), "verdict.field-wrong"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_is_refused(name: str) -> None:
    break_it, code = BROKEN[name]
    broken = copy.deepcopy(document())
    break_it(broken)
    assert refusal(broken).code == code


@pytest.mark.parametrize("value", [None, [], "x", 1, 1.5, True])
def test_a_document_that_is_no_object_is_refused(value: object) -> None:
    assert refusal(value).code == "verdict.field-wrong"


def test_a_misspelt_field_is_named_with_its_place() -> None:
    refused = refusal(document([unit("1"), unit("2", objecton=True)]))
    assert refused.facts["field"] == "units[1].objecton"


def test_the_kind_of_a_pack_that_knows_one_may_be_said_or_left_out() -> None:
    assert verdict(document(kind="owners")) == verdict(document())
