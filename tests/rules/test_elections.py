"""Elections with several candidates, worked by hand from articles 19 and 20 of the Residents' Committee Law."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.rules.elections import Elected, Round, elect
from linli.rules.errors import Refused
from linli.rules.packs import Kind, shelf

SINCE = datetime.date(2026, 1, 1)
LAW = shelf().in_force("cn.residents.election", SINCE)


def held(
    voted: int, seats: int, *, eligible: int = 100, kind: Kind = "persons", round_: Round = 1, **votes: int
) -> Elected:
    return elect(LAW, kind, eligible=eligible, voted=voted, seats=seats, votes=votes, round_=round_)


def test_more_than_half_of_those_who_voted_not_of_the_valid_papers() -> None:
    """80 vote, 10 of them blank or spoiled: 41 votes are needed, 40 are half."""
    found = held(80, 1, A=40, B=30)
    assert (found.elected, found.vacant, found.second_round) == ((), 1, ("A", "B"))
    assert held(80, 1, A=41, B=29).elected == ("A",)


def test_without_the_turnout_nobody_is_elected() -> None:
    found = held(50, 1, A=50, B=0)
    assert (found.turnout.met, found.elected, found.vacant, found.second_round) == (False, (), 1, ())
    assert held(51, 1, A=50, B=0).elected == ("A",)


@pytest.mark.parametrize(("voted", "valid"), [(20, False), (21, True)])
def test_of_30_representatives_21_must_vote(voted: int, valid: bool) -> None:
    found = held(voted, 1, eligible=30, kind="representatives", A=20, B=0)
    assert (found.turnout.need, found.turnout.met) == ("> 2/3", valid)
    assert found.elected == (("A",) if valid else ())


def test_households_need_more_than_half() -> None:
    assert not held(24, 1, eligible=48, kind="households", A=24, B=0).turnout.met
    assert held(25, 1, eligible=48, kind="households", A=13, B=12).elected == ("A",)


def test_of_those_above_half_the_most_votes_take_the_seats() -> None:
    found = held(100, 2, A=90, B=60, C=50)
    assert (found.elected, found.vacant, found.second_round) == (("A", "B"), 0, ())
    assert held(100, 2, A=70, B=69, C=61).elected == ("A", "B")


def test_equal_votes_for_the_last_seat_are_for_a_person() -> None:
    found = held(100, 2, A=70, B=60, C=60)
    assert (found.elected, found.tied, found.vacant) == (("A",), ("B", "C"), 1)
    assert found.second_round == ()


def test_the_second_round_has_one_more_candidate_than_seats_and_all_with_equal_votes() -> None:
    assert held(100, 3, A=90, B=40, C=30, D=20, E=10).second_round == ("B", "C", "D")
    assert held(100, 3, A=90, B=40, C=30, D=20, E=20).second_round == ("B", "C", "D", "E")
    assert held(100, 3, A=90, B=40, C=30, D=20).second_round == ("B", "C", "D")


def test_in_the_second_round_a_third_of_the_papers_cast_is_enough() -> None:
    """所得票数不得少于已投选票总数的三分之一: 33 of 99 will do, 33 of 100 will not."""
    assert held(99, 1, round_=2, A=33, B=32).elected == ("A",)
    assert held(100, 1, round_=2, A=33, B=32).elected == ()
    assert held(100, 1, round_=2, A=34, B=60).elected == ("B",)


def test_the_villagers_law_counts_alike() -> None:
    law = shelf().in_force("cn.villagers.election", SINCE)
    found = elect(law, "persons", eligible=600, voted=301, seats=1, votes={"A": 151, "B": 150})
    assert found.elected == ("A",)
    second = elect(law, "persons", eligible=600, voted=301, seats=1, votes={"A": 101, "B": 99}, round_=2)
    assert second.elected == ("A",)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"voted": 101}, "election.numbers"),
        ({"eligible": 0, "voted": 0}, "election.numbers"),
        ({"seats": 0}, "election.numbers"),
        ({"A": 81}, "election.votes"),
        ({"A": -1}, "election.votes"),
        ({"A": 41, "B": 40}, "election.votes"),
        ({"seats": 2}, "election.candidates"),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, int], code: str) -> None:
    with pytest.raises(Refused) as refused:
        held(**{"voted": 80, "seats": 1, "A": 40, "B": 30, **change})  # type: ignore[arg-type]
    assert refused.value.code == code


def test_a_pack_of_another_shape_and_a_second_round_nobody_wrote_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        elect(shelf().in_force("cn.residents.meeting", SINCE), "persons", eligible=9, voted=9, seats=1, votes={})
    assert refused.value.code == "election.pack"
    with pytest.raises(Refused) as refused:
        elect(shelf().in_force("cn.civil-code.278.ordinary", SINCE), "owners", eligible=9, voted=9, seats=1, votes={})
    assert refused.value.code == "election.pack"
    with pytest.raises(Refused) as refused:
        elect(LAW, "owners", eligible=9, voted=9, seats=1, votes={})
    assert refused.value.code == "election.pack"
    old = shelf().in_force("cn.residents.election", datetime.date(2025, 12, 31))
    with pytest.raises(Refused) as refused:
        elect(old, "persons", eligible=9, voted=9, seats=1, votes={"A": 5, "B": 4}, round_=2)
    assert refused.value.code == "election.no-second-round"


@given(st.data(), st.integers(1, 60), st.integers(1, 4), st.sampled_from([1, 2]))
def test_whoever_has_a_seat_has_the_ratio_and_nobody_outside_has_more(
    data: st.DataObject, voted: int, seats: int, round_: Round
) -> None:
    votes: dict[str, int] = {}
    for name in "ABCDEF"[: data.draw(st.integers(seats + 1, 6))]:
        votes[name] = data.draw(st.integers(0, min(voted, voted * seats - sum(votes.values()))))
    found = elect(LAW, "persons", eligible=80, voted=voted, seats=seats, votes=votes, round_=round_)
    outside = [votes[name] for name in votes if name not in found.elected]
    assert len(found.elected) + found.vacant == seats
    assert (2 * voted > 80) == found.turnout.met
    if not found.turnout.met:
        assert found.elected == ()
        return
    for name in found.elected:
        assert votes[name] > max(outside)
        assert votes[name] * 2 > voted if round_ == 1 else votes[name] * 3 >= voted
    enough = [name for name in votes if (votes[name] * 2 > voted if round_ == 1 else votes[name] * 3 >= voted)]
    assert set(enough) <= {*found.elected, *found.tied} or len(found.elected) == seats
    assert set(found.tied).isdisjoint(found.elected)
    assert not found.tied or len(found.elected) + len(found.tied) > seats
