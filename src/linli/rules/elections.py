"""Electing several from more candidates: whether it is valid, who is in, who stands in the second round.

The ratios are the pack's: its test of turnout, its test of votes against those who voted, and its figure for the second
round. What the law leaves open is not decided here: who of those with equal votes gets the last seat is for a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from linli.rules.errors import Refused
from linli.rules.packs import Kind, Pack, Threshold

Round = Literal[1, 2]


@dataclass(frozen=True, slots=True)
class Line:
    """One ratio held against its base: ``have`` of ``of``, the sign and ratio, and whether it is reached."""

    have: int
    of: int
    need: str
    met: bool


@dataclass(frozen=True, slots=True)
class Elected:
    """The outcome of one round for one post.

    ``lines`` has each candidate, most votes first. ``elected`` hold a seat; ``tied`` have reached the ratio with equal
    votes and too few seats are left for them; ``vacant`` seats remain. ``second_round`` are the candidates of the next
    vote: of those not elected, those with most votes, one more than there are seats, and all with as many votes as the
    last of them.
    """

    turnout: Line
    lines: dict[str, Line]
    elected: tuple[str, ...]
    tied: tuple[str, ...]
    vacant: int
    second_round: tuple[str, ...]


def elect(
    pack: Pack, kind: Kind, *, eligible: int, voted: int, seats: int, votes: Mapping[str, int], round_: Round = 1
) -> Elected:
    """Counts one post: ``seats`` to fill, ``votes`` for each candidate, ``voted`` papers cast, blank and spoiled ones
    included, by ``eligible`` voters.

    Without the turnout nobody is elected, and the vote is held anew with the same candidates. Refused: numbers that
    cannot be, candidates who are not more than the seats in the first round, a pack that is for no election or knows no
    second round.
    """
    turnout, majority = _tests(pack, kind)
    _check(eligible, voted, seats, votes, round_)
    relation, ratio = _majority(pack, majority, round_)
    came = Line(voted, eligible, turnout.need, _reached(turnout.relation, turnout.ratio, voted, eligible))
    ranked = sorted(votes, key=lambda name: -votes[name])
    lines = {
        name: Line(votes[name], voted, f"{relation} {ratio}", _reached(relation, ratio, votes[name], voted))
        for name in ranked
    }
    if not came.met:
        return Elected(came, lines, (), (), seats, ())
    enough = [name for name in ranked if lines[name].met]
    elected, tied = _seated(enough, votes, seats)
    vacant = seats - len(elected)
    others = [] if tied else [name for name in ranked if name not in elected]
    return Elected(came, lines, elected, tied, vacant, _next_round(others, votes, vacant))


def _tests(pack: Pack, kind: Kind) -> tuple[Threshold, Threshold]:
    tests = pack.tests_for(kind) if kind in pack.kinds else ()
    turnout = [test for test in tests if (test.counted, test.base) == ("participants", "scope")]
    majority = [test for test in tests if (test.counted, test.base) == ("yes", "participants")]
    heads_alone = all(test.measure == "heads" for test in tests)
    if len(turnout) != 1 or len(majority) != 1 or not heads_alone:
        raise Refused("election.pack", "规则{pack}不是选举用的，或者不适用于这类选民，请换一条。", pack=pack.id)
    return turnout[0], majority[0]


def _majority(pack: Pack, first: Threshold, round_: Round) -> tuple[str, Fraction]:
    if round_ == 1:
        return first.relation, first.ratio
    figures = [figure for figure in pack.figures if figure.name == "runoff.votes"]
    if not figures:
        raise Refused("election.no-second-round", "规则{pack}没有写另行选举怎么算，请查本地的选举办法。", pack=pack.id)
    return figures[0].relation, figures[0].value


def _reached(relation: str, ratio: Fraction, have: int, of: int) -> bool:
    """A share of nobody is not reached."""
    return of > 0 and (have > ratio * of if relation == ">" else have >= ratio * of)


def _check(eligible: int, voted: int, seats: int, votes: Mapping[str, int], round_: Round) -> None:
    counts = votes.values()
    if eligible < 1 or seats < 1 or not 0 <= voted <= eligible:
        raise Refused("election.numbers", "选民、投票人数和名额对不上：投票的不能比选民多，名额至少一名。请核对。")
    if any(not 0 <= count <= voted for count in counts) or sum(counts) > voted * seats:
        raise Refused("election.votes", "得票数对不上：一名候选人的票不能多于投票的人，总票数不能多于人数乘名额。")
    if round_ == 1 and len(votes) <= seats:
        raise Refused("election.candidates", "候选人的名额应当多于应选名额。请核对候选人名单。")


def _seated(enough: list[str], votes: Mapping[str, int], seats: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those who have a seat for certain, and those whose equal votes leave the last seats open."""
    if len(enough) <= seats:
        return tuple(enough), ()
    last, next_ = votes[enough[seats - 1]], votes[enough[seats]]
    if last > next_:
        return tuple(enough[:seats]), ()
    return (
        tuple(name for name in enough if votes[name] > last),
        tuple(name for name in enough if votes[name] == last),
    )


def _next_round(others: list[str], votes: Mapping[str, int], vacant: int) -> tuple[str, ...]:
    if not vacant or not others:
        return ()
    least = votes[others[min(vacant, len(others) - 1)]]
    return tuple(name for name in others if votes[name] >= least)
