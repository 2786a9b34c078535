"""What the law's own words and figures demand of a count."""

import dataclasses
import datetime
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.rules.decisions import Totals, Verdict, judge
from linli.rules.packs import Pack, shelf
from tests.rules.by_hand import Unit, amounts, holds
from tests.rules.electorates import (
    BUSINESS_USE,
    ORDINARY,
    PACKS,
    SPECIAL,
    TIANJIN,
    columns,
    counting_spoiled,
    electorates,
    flats,
    invented,
    packs,
    totals,
    verdict,
)

ELECTION = shelf().in_force("cn.residents.election", datetime.date(2026, 3, 1))


def met(judged: Verdict) -> dict[str, bool | None]:
    return {finding.threshold.name: finding.met for finding in judged.tests}


def owner(name: str, voice: str, area: int | None = 8520) -> Unit:
    return Unit(area, frozenset({name}), voice)


class TestCivilCode278:
    """Article 278: two thirds take part; of them more than half, or three quarters or more, agree; heads and area."""

    @pytest.mark.parametrize(
        ("took_part", "special", "ordinary"), [(32, 24, 17), (33, 25, 17), (36, 27, 19), (48, 36, 25)]
    )
    def test_48_equal_flats(self, took_part: int, special: int, ordinary: int) -> None:
        for pack, least in ((SPECIAL, special), (ORDINARY, ordinary)):
            rest = (48 - took_part, "none")
            assert verdict(pack, flats((least, "yes"), (took_part - least, "no"), rest)).state == "passed"
            short = verdict(pack, flats((least - 1, "yes"), (took_part - least + 1, "no"), rest))
            assert short.state == "failed"
            assert met(short)["participation.heads"] is True
            assert met(short)["consent.heads"] is False

    def test_31_of_48_is_no_quorum_however_they_vote(self) -> None:
        for pack in (SPECIAL, ORDINARY):
            judged = verdict(pack, flats((31, "yes"), (17, "none")))
            assert judged.state == "failed"
            assert met(judged) == {
                "participation.heads": False,
                "participation.area": False,
                "consent.heads": True,
                "consent.area": True,
            }

    def test_abstaining_is_taking_part(self) -> None:
        assert verdict(SPECIAL, flats((24, "yes"), (8, "abstain"), (16, "none"))).state == "passed"
        assert verdict(ORDINARY, flats((16, "yes"), (16, "abstain"), (16, "none"))).state == "failed"

    def test_silence_is_not_consent(self) -> None:
        assert verdict(SPECIAL, flats((48, "none"))).state == "failed"

    def test_exactly_half_is_not_more_than_half(self) -> None:
        assert verdict(ORDINARY, flats((24, "yes"), (24, "no"))).state == "failed"
        assert verdict(ORDINARY, flats((25, "yes"), (23, "no"))).state == "passed"

    def test_spoiled_papers_follow_the_packs_parameter(self) -> None:
        units = flats((31, "yes"), (1, "spoiled"), (16, "none"))
        assert verdict(SPECIAL, units).state == "failed"
        assert verdict(counting_spoiled(SPECIAL), units).state == "passed"

    def test_many_heads_with_little_area_fail_by_area_alone(self) -> None:
        units = [*flats((40, "yes"), area=5000), *(Unit(90000, frozenset({f"Q{n}"}), "no") for n in range(8))]
        assert met(verdict(ORDINARY, units)) == {
            "participation.heads": True,
            "participation.area": True,
            "consent.heads": True,
            "consent.area": False,
        }

    def test_a_thousand_households_with_150_000_square_metres(self) -> None:
        """A vendor's tutorial wants 90,000 square metres and calls 45,000 with 334 households enough."""
        flat = 15000  # 150.00 square metres each
        vendor = verdict(ORDINARY, flats((334, "yes"), (266, "no"), (400, "none"), area=flat))
        assert (vendor.tests[1].have, vendor.tests[1].of) == (9_000_000, 15_000_000)
        assert vendor.tests[1].of * vendor.tests[1].threshold.ratio == 10_000_000
        assert met(vendor)["participation.area"] is False
        assert vendor.state == "failed"
        assert verdict(ORDINARY, flats((666, "yes"), (334, "none"), area=flat)).state == "failed"
        assert verdict(ORDINARY, flats((334, "yes"), (333, "no"), (333, "none"), area=flat)).state == "passed"
        assert verdict(ORDINARY, flats((334, "yes"), (334, "no"), (332, "none"), area=flat)).state == "failed"


class TestTianjin:
    """Tianjin's guidance: two thirds of all by area and by heads, and no explicit objection from the others."""

    @pytest.mark.parametrize(("households", "least"), [(47, 32), (48, 32), (49, 33), (50, 34)])
    def test_two_thirds_of_all(self, households: int, least: int) -> None:
        assert verdict(TIANJIN, flats((least, "yes"), (households - least, "none"))).state == "passed"
        assert verdict(TIANJIN, flats((least - 1, "yes"), (households - least + 1, "none"))).state == "failed"

    def test_a_float_of_two_thirds_would_let_31_short_of_the_law_pass(self) -> None:
        """0.6666 × 48 is below 32, so a rounded ratio lets 31.9968 do; the law's ratio wants 32, and 31 fails."""
        assert 0.6666 * 48 < 32
        finding = verdict(TIANJIN, flats((32, "yes"), (16, "none"))).tests[0]
        assert finding.sides == (96, 96)
        assert finding.met is True
        nearly = verdict(TIANJIN, flats((6666, "yes"), (3334, "none"))).tests[0]
        assert 6666 >= 0.6666 * 10000
        assert nearly.met is False

    def test_wants_32_where_the_civil_code_passes_with_24(self) -> None:
        units = flats((24, "yes"), (8, "no"), (16, "none"))
        assert verdict(SPECIAL, units).state == "passed"
        assert verdict(TIANJIN, units).state == "failed"

    def test_all_48_signatures_pass_every_rule(self) -> None:
        for pack in PACKS:
            assert verdict(pack, flats((48, "yes"))).state == "passed"

    def test_heads_without_areas_cannot_be_verified(self) -> None:
        """The article counts people and names no areas: "cannot verify", not "passed"."""
        judged = verdict(TIANJIN, flats((40, "yes"), (8, "none"), area=None))
        assert judged.state == "unverifiable"
        assert met(judged) == {"consent.heads": True, "consent.area": None, "objections": True}

    def test_everybody_agreeing_needs_no_area(self) -> None:
        assert verdict(TIANJIN, flats((48, "yes"), area=None)).state == "passed"

    def test_a_no_is_not_an_objection(self) -> None:
        units = flats((32, "yes"), (16, "no"))
        assert verdict(TIANJIN, units).state == "passed"
        units[-1] = dataclasses.replace(units[-1], objection=True)
        judged = verdict(TIANJIN, units)
        assert judged.state == "failed"
        assert (judged.tests[2].have, judged.tests[2].of, judged.tests[2].threshold.need) == (1, 48, "= 0")

    def test_objections_do_not_touch_the_civil_code(self) -> None:
        units = [dataclasses.replace(unit, objection=True) for unit in flats((36, "yes"), (12, "no"))]
        assert verdict(SPECIAL, units).state == "passed"

    def test_objections_are_counted_by_head(self) -> None:
        units = [*flats((8, "yes")), *(Unit(10, frozenset("A"), "no", objection=True) for _ in range(2))]
        assert verdict(TIANJIN, units).tests[2].have == 1


class TestCivilCode279:
    """Article 279: unanimous; the interpretation's article 10: a majority is no defence."""

    @pytest.mark.parametrize("last", ["no", "abstain", "none", "spoiled", "conflict"])
    def test_one_who_does_not_agree_is_enough(self, last: str) -> None:
        assert verdict(BUSINESS_USE, flats((47, "yes"), (1, last))).state == "failed"

    def test_all_agree(self) -> None:
        assert verdict(BUSINESS_USE, flats((48, "yes"), area=None)).state == "passed"

    def test_open_until_the_last_has_spoken(self) -> None:
        judged = verdict(BUSINESS_USE, flats((47, "yes"), (1, "none")), closed=False)
        assert judged.state == "pending"
        assert judged.missing is not None
        assert (judged.missing.heads, judged.missing.area) == (1, 0)
        assert verdict(BUSINESS_USE, flats((46, "yes"), (1, "none"), (1, "no")), closed=False).state == "failed"


class TestHeads:
    """The interpretation's articles 8 and 9: area by unit, heads by person."""

    def test_an_owner_of_several_flats_is_one_head_with_all_the_area(self) -> None:
        units = [*(owner("王", "yes") for _ in range(9)), owner("李", "no"), owner("张", "no")]
        heads, area, *_ = verdict(TIANJIN, units).tests
        assert (heads.have, heads.of) == (1, 3)
        assert (area.have, area.of) == (9 * 8520, 11 * 8520)

    def test_the_developers_unsold_flats_are_one_head_whatever_names_stand_there(self) -> None:
        units = [Unit(8520, frozenset({f"D{n}"}), "yes", developer=True) for n in range(5)]
        assert verdict(TIANJIN, [*units, *flats((3, "no"))]).tests[0].of == 4

    def test_flats_of_unknown_owners_are_heads_of_their_own_and_stay_in_the_base(self) -> None:
        units = [Unit(8520, frozenset(), "none") for _ in range(16)]
        heads = verdict(TIANJIN, [*flats((32, "yes")), *units]).tests[0]
        assert (heads.have, heads.of, heads.met) == (32, 48, True)

    def test_a_head_whose_flats_differ_takes_part_but_is_neither(self) -> None:
        units = [owner("王", "yes"), owner("王", "no"), owner("李", "yes")]
        part_heads, part_area, yes_heads, yes_area = verdict(SPECIAL, units).tests
        assert (part_heads.have, part_heads.of) == (2, 2)
        assert (yes_heads.have, yes_heads.of) == (1, 2)
        assert (part_area.have, yes_area.have) == (3 * 8520, 2 * 8520)

    @pytest.mark.parametrize("quiet", ["none", "conflict", "spoiled"])
    def test_a_flat_that_takes_no_part_does_not_make_its_head_differ(self, quiet: str) -> None:
        heads, area, *_ = verdict(TIANJIN, [owner("王", "yes"), owner("王", quiet), owner("李", "no")]).tests
        assert (heads.have, heads.of, area.have) == (1, 2, 8520)

    def test_a_spoiled_paper_that_takes_part_makes_its_head_differ(self) -> None:
        units = [owner("王", "yes"), owner("王", "spoiled")]
        assert verdict(counting_spoiled(TIANJIN), units).tests[0].have == 0

    def test_a_flat_in_conflict_does_not_take_part_but_stays_in_the_base(self) -> None:
        part, *_ = verdict(SPECIAL, flats((31, "yes"), (1, "conflict"), (16, "none"))).tests
        assert (part.have, part.of) == (31, 48)

    def test_excluded_units_are_nowhere(self) -> None:
        shops = [Unit(99999, frozenset({f"S{n}"}), "no", objection=True, excluded=True) for n in range(9)]
        assert verdict(TIANJIN, [*flats((32, "yes"), (16, "none")), *shops]) == verdict(
            TIANJIN, flats((32, "yes"), (16, "none"))
        )


class TestCompletions:
    def test_open_drives_are_pending_until_nothing_can_change(self) -> None:
        assert verdict(TIANJIN, flats((31, "yes"), (17, "none")), closed=False).state == "pending"
        assert verdict(TIANJIN, flats((32, "yes"), (16, "none")), closed=False).state == "passed"
        assert verdict(TIANJIN, flats((31, "yes"), (17, "no")), closed=False).state == "failed"
        # 24 of 32 would do if it closed now, but sixteen more no's would undo it.
        judged = verdict(SPECIAL, flats((24, "yes"), (8, "no"), (16, "none")), closed=False)
        assert judged.state == "pending"
        assert judged.missing is not None
        assert (judged.missing.heads, judged.missing.area) == (0, 0)

    def test_a_yes_head_with_a_silent_flat_may_still_differ(self) -> None:
        units = [owner("王", "yes", 10), owner("王", "none", 10), owner("李", "yes", 60), owner("张", "no", 10)]
        judged = verdict(TIANJIN, units, closed=False)
        assert met(judged) == {"consent.heads": None, "consent.area": True, "objections": True}
        assert judged.state == "pending"
        assert verdict(TIANJIN, units).state == "passed"

    def test_a_flat_in_conflict_may_still_be_settled_while_the_drive_is_open(self) -> None:
        units = flats((31, "yes"), (1, "conflict"), (16, "no"))
        assert verdict(TIANJIN, units, closed=False).state == "pending"
        assert verdict(TIANJIN, units).state == "failed"

    def test_an_objection_fails_an_open_drive_as_it_stands(self) -> None:
        units = [*flats((10, "none")), Unit(8520, frozenset({"Q"}), "no", objection=True)]
        assert verdict(TIANJIN, units, closed=False).state == "failed"

    def test_an_unknown_area_is_above_zero(self) -> None:
        """Two thirds of the known area with one silent flat of unknown area: just short, however small it is."""
        units = [owner("A", "yes", 100), owner("B", "yes", 100), owner("C", "no", 99), owner("D", "none", None)]
        assert met(verdict(TIANJIN, units))["consent.area"] is None
        units[2] = owner("C", "no", 100)
        assert met(verdict(TIANJIN, units))["consent.area"] is False

    def test_what_holds_for_every_area_is_decided(self) -> None:
        """The unmeasured flat says yes: more of it only helps."""
        units = [*flats((32, "yes"), (16, "none")), owner("Q", "yes", None)]
        judged = verdict(TIANJIN, units)
        assert judged.state == "passed"
        assert judged.tests[1].unknown == 1

    def test_pending_if_voices_decide_for_some_areas_else_unverifiable(self) -> None:
        units = [*flats((30, "yes"), (17, "none")), owner("Q", "yes", None)]
        assert verdict(TIANJIN, units, closed=False).state == "pending"
        # One silent flat cannot tip the heads, and the area hangs on the unmeasured no alone.
        tiny = [*flats((40, "yes")), owner("Q", "no", None), *(owner(f"N{n}", "no", 1) for n in range(8))]
        assert verdict(TIANJIN, tiny, closed=False).state == "unverifiable"


class TestWorking:
    def test_heads(self) -> None:
        assert verdict(TIANJIN, flats((15, "yes"), (3, "none"))).tests[0].working == "15×3＝45，18×2＝36"
        assert verdict(TIANJIN, flats((12, "yes"), (6, "none"))).tests[0].working == "12×3＝36，18×2＝36"

    def test_area_in_square_metres(self) -> None:
        working = verdict(TIANJIN, flats((2, "yes"), (1, "none"), area=8505)).tests[1].working
        assert working == "170.10×3＝510.30，255.15×2＝510.30"


class TestMissing:
    def test_three_households_and_their_area(self) -> None:
        judged = verdict(TIANJIN, flats((29, "yes"), (19, "none")), closed=False)
        assert judged.missing is not None
        assert (judged.missing.heads, judged.missing.area) == (3, 3 * 8520)

    def test_area_is_not_named_where_areas_are_unknown(self) -> None:
        judged = verdict(TIANJIN, flats((29, "yes"), (19, "none"), area=None), closed=False)
        assert judged.state == "pending"
        assert judged.missing is not None
        assert (judged.missing.heads, judged.missing.area) == (3, None)

    def test_a_share_of_nobody_is_not_reached(self) -> None:
        alone = invented(("heads", "yes", "participants", ">=", "3/4"))
        judged = verdict(alone, flats((4, "none")), closed=False)
        assert judged.state == "pending"
        assert judged.missing is not None
        assert judged.missing.heads == 1
        assert verdict(alone, flats((4, "none"))).state == "failed"

    def test_nothing_is_missing_once_decided(self) -> None:
        assert verdict(TIANJIN, flats((29, "yes"), (19, "none"))).missing is None
        assert verdict(TIANJIN, flats((32, "yes"), (16, "none")), closed=False).missing is None

    @settings(max_examples=150, deadline=None)
    @given(packs.filter(lambda pack: not pack.in_the_room), electorates())
    def test_the_least_heads_and_area_are_enough_and_one_less_is_not(self, pack: Pack, units: list[Unit]) -> None:
        units = [unit for unit in units if not unit.excluded and unit.area is not None]
        if not units:
            return
        missing = verdict(pack, units, closed=False).missing
        if missing is None:
            return
        assert missing.area is not None
        areas, said = [Fraction(unit.area or 0) for unit in units], [unit.voice for unit in units]
        for measure, least in (("heads", missing.heads), ("area", missing.area)):

            def enough(more: int, measure: str = measure) -> bool:
                """All tests of the measure, with ``more`` of it moved from silence to yes."""
                answers = []
                for test in pack.tests:
                    if test.measure == measure:
                        have, of = amounts(test, units, said, areas, pack.spoiled_participates.value)
                        answers.append(holds(test, have + more, of + more if test.base == "participants" else of))
                return all(answers)

            assert enough(least)
            assert least == 0 or not enough(least - 1)

    @settings(max_examples=150, deadline=None)
    @given(packs.filter(lambda pack: pack.in_the_room), electorates(most=9))
    def test_in_a_meeting_the_least_heads_are_enough_and_one_less_is_not(self, pack: Pack, units: list[Unit]) -> None:
        """Whoever is in the room and silent, or comes in: the fewest who all say yes, found by trying every choice."""
        tests = tuple(test for test in pack.tests if test.measure == "heads")
        pack = dataclasses.replace(pack, tests=tests)
        units = [dataclasses.replace(unit, owners=frozenset({str(n)}), developer=False) for n, unit in enumerate(units)]
        units = [unit for unit in units if not unit.excluded]
        missing = verdict(pack, units, closed=False).missing
        if missing is None:
            return
        waiting = [n for n, unit in enumerate(units) if unit.voice in ("none", "conflict")]

        def met_by(chosen: tuple[int, ...]) -> bool:
            said = ["yes" if n in chosen else unit.voice for n, unit in enumerate(units)]
            areas = [Fraction(1)] * len(units)
            found = [amounts(test, units, said, areas, pack.spoiled_participates.value) for test in tests]
            return all(holds(test, *each) for test, each in zip(tests, found, strict=True))

        least = next(size for size in range(len(waiting) + 1) if any(map(met_by, combinations(waiting, size))))
        assert missing.heads == least


class TestProperties:
    @settings(max_examples=100, deadline=None)
    @given(packs, electorates(), st.booleans(), st.data())
    def test_one_more_yes_never_undoes_a_pass(
        self, pack: Pack, units: list[Unit], closed: bool, data: st.DataObject
    ) -> None:
        if verdict(pack, units, closed=closed).state != "passed":
            return
        place = data.draw(st.integers(0, len(units) - 1))
        units[place] = dataclasses.replace(units[place], voice="yes")
        assert verdict(pack, units, closed=closed).state == "passed"

    @settings(max_examples=100, deadline=None)
    @given(packs, electorates(), st.booleans(), st.randoms(use_true_random=False))
    def test_order_does_not_matter(self, pack: Pack, units: list[Unit], closed: bool, random: object) -> None:
        before = verdict(pack, units, closed=closed)
        random.shuffle(units)  # type: ignore[attr-defined]
        assert verdict(pack, units, closed=closed) == before

    @settings(max_examples=100, deadline=None)
    @given(packs, electorates(), st.booleans(), st.integers(2, 10**9))
    def test_the_size_of_the_metre_does_not_matter(
        self, pack: Pack, units: list[Unit], closed: bool, scale: int
    ) -> None:
        scaled = [dataclasses.replace(unit, area=unit.area and unit.area * scale) for unit in units]
        one, other = verdict(pack, units, closed=closed), verdict(pack, scaled, closed=closed)
        assert (one.state, met(one)) == (other.state, met(other))

    @settings(max_examples=100, deadline=None)
    @given(packs, electorates())
    def test_closing_decides_nothing_that_was_decided_before(self, pack: Pack, units: list[Unit]) -> None:
        before = verdict(pack, units, closed=False).state
        after = verdict(pack, units, closed=True).state
        assert after != "pending"
        if before in ("passed", "failed"):
            assert after == before

    def test_totals_of_another_rule_are_a_mistake(self) -> None:
        counted = Totals.of(columns(flats((1, "yes"))), spoiled_participates=True)
        with pytest.raises(ValueError, match="spoiled"):
            judge(SPECIAL, counted, closed=True)

    def test_a_kind_that_the_pack_does_not_know_or_must_know_is_a_mistake(self) -> None:
        counted = totals(flats((3, "yes")), ELECTION)
        with pytest.raises(ValueError, match="kind"):
            judge(ELECTION, counted, closed=True)
        with pytest.raises(ValueError, match="kind"):
            judge(ELECTION, counted, closed=True, kind="owners")
        assert judge(ELECTION, counted, closed=True, kind="persons").state == "passed"

    def test_an_empty_scope_is_a_mistake(self) -> None:
        with pytest.raises(ValueError, match="nobody"):
            verdict(SPECIAL, [Unit(1, frozenset(), "yes", excluded=True)])
