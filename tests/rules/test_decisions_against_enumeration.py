"""Every verdict on small electorates equals what comes out when all completions are enumerated by hand."""

from hypothesis import HealthCheck, example, given, settings

from linli.rules.packs import Pack
from tests.rules.by_hand import Unit, judge_by_hand
from tests.rules.electorates import SPECIAL, invented, packs, small_electorates, verdict

JOINTLY_IMPOSSIBLE = invented(
    ("area", "participants", "scope", ">=", "2/3"), ("area", "yes", "participants", ">", "1/2")
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(packs, small_electorates())
@example(SPECIAL, ([Unit(None, frozenset("A"), "yes"), Unit(5, frozenset("B"), "none")], False))
def test_state_and_tests_equal_the_enumeration(pack: Pack, case: tuple[list[Unit], bool]) -> None:
    units, closed = case
    judged = verdict(pack, units, closed=closed)
    assert (judged.state, [finding.met for finding in judged.tests]) == judge_by_hand(pack, units, closed)


def test_two_open_tests_can_be_impossible_together() -> None:
    """Taking part needs the unknown no at 50 or more, consent needs it below 10: failed, though neither test is."""
    units = [Unit(10, frozenset("A"), "yes"), Unit(None, frozenset("B"), "no"), Unit(30, frozenset("C"), "none")]
    judged = verdict(JOINTLY_IMPOSSIBLE, units)
    assert [finding.met for finding in judged.tests] == [None, None]
    assert judged.state == "failed"
    assert judge_by_hand(JOINTLY_IMPOSSIBLE, units, True) == ("failed", [None, None])
