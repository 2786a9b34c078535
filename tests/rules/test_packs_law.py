"""The packs against the law's own words: each table reads as the articles do, and was worked out by hand from them.

A row of a meeting says: of so many, so many come, so many of these agree, and whether the decision stands.
"""

import datetime
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import pytest

from linli.cli.rules.verdict import verdict
from linli.rules.packs import shelf

BEFORE, SINCE = "2025-12-31", "2026-01-01"


def said(number: int, voice: str, **more: object) -> list[dict[str, object]]:
    return [{"voice": voice, **more} for _ in range(number)]


def asked(pack: str, at: str, kind: str, *groups: list[dict[str, object]], **more: object) -> dict[str, Any]:
    units = [{"id": str(n), **unit} for n, unit in enumerate(unit for group in groups for unit in group)]
    answer, passed = verdict({"pack": pack, "at": at, "kind": kind, "units": units, **more})
    assert passed == (answer["state"] == "passed")
    return answer


def met(answer: dict[str, Any]) -> dict[str, bool | None]:
    return {test["name"]: test["met"] for test in answer["tests"]}


#: rule, day, kind, of all, present, agree, does the decision stand
MEETINGS = [
    # Residents' Committee Law, art. 27: more than half come; more than half of those who came agree.
    ("cn.residents.meeting", SINCE, "persons", 100, 50, 50, False),  # exactly half came
    ("cn.residents.meeting", SINCE, "persons", 100, 51, 26, True),
    ("cn.residents.meeting", SINCE, "persons", 100, 51, 25, False),
    ("cn.residents.meeting", SINCE, "persons", 100, 52, 26, False),  # exactly half of those present
    ("cn.residents.meeting", SINCE, "households", 48, 24, 24, False),
    ("cn.residents.meeting", SINCE, "households", 48, 25, 13, True),
    ("cn.residents.meeting", SINCE, "households", 48, 25, 12, False),
    # Art. 29: two thirds or more of those who compose it; more than half of the members present.
    ("cn.residents.representatives", SINCE, "representatives", 30, 19, 19, False),
    ("cn.residents.representatives", SINCE, "representatives", 30, 20, 11, True),
    ("cn.residents.representatives", SINCE, "representatives", 30, 20, 10, False),
    ("cn.residents.representatives", SINCE, "representatives", 31, 20, 20, False),
    ("cn.residents.representatives", SINCE, "representatives", 31, 21, 11, True),
    # The old law, art. 9: more than half in each of its three forms.
    ("cn.residents.meeting", BEFORE, "persons", 100, 50, 50, False),
    ("cn.residents.meeting", BEFORE, "persons", 100, 51, 26, True),
    ("cn.residents.meeting", BEFORE, "households", 48, 25, 13, True),
    ("cn.residents.meeting", BEFORE, "representatives", 30, 15, 15, False),
    ("cn.residents.meeting", BEFORE, "representatives", 30, 16, 9, True),
    ("cn.residents.meeting", BEFORE, "representatives", 30, 16, 8, False),
    ("cn.residents.representatives", BEFORE, "representatives", 30, 16, 9, True),  # two days later 20 are needed
    # Villagers' Committee Law, art. 26 (22 in the text of 2018): more than half of the villagers, or two thirds of
    # the households' representatives.
    ("cn.villagers.assembly", "2025-10-28", "persons", 90, 45, 45, False),
    ("cn.villagers.assembly", "2025-10-28", "persons", 90, 46, 24, True),
    ("cn.villagers.assembly", "2025-10-28", "households", 90, 59, 59, False),
    ("cn.villagers.assembly", "2025-10-28", "households", 90, 60, 31, True),
    ("cn.villagers.assembly", "2025-10-28", "households", 90, 60, 30, False),
    ("cn.villagers.assembly", "2025-10-27", "households", 90, 60, 31, True),
    ("cn.villagers.assembly", "2025-10-27", "persons", 90, 45, 45, False),
    # Art. 30 and 32: two thirds of those who compose the representatives' meeting; two thirds of the group.
    ("cn.villagers.representatives", "2026-01-01", "representatives", 30, 19, 19, False),
    ("cn.villagers.representatives", "2026-01-01", "representatives", 30, 20, 11, True),
    ("cn.villagers.representatives", "2019-01-01", "representatives", 30, 20, 11, True),
    ("cn.villagers.group", "2026-01-01", "persons", 48, 31, 31, False),
    ("cn.villagers.group", "2026-01-01", "persons", 48, 32, 17, True),
    ("cn.villagers.group", "2026-01-01", "households", 48, 32, 16, False),
    ("cn.villagers.group", "2019-01-01", "households", 48, 32, 17, True),
]


@pytest.mark.parametrize(("pack", "day", "kind", "of", "came", "agree", "stands"), MEETINGS)
def test_a_meeting(pack: str, day: str, kind: str, of: int, came: int, agree: int, stands: bool) -> None:
    answer = asked(
        pack, day, kind, said(agree, "yes"), said(came - agree, "none", present=True), said(of - came, "none")
    )
    assert (answer["state"] == "passed") is stands
    attendance, consent = answer["tests"]
    assert (attendance["name"], attendance["have"], attendance["of"]) == ("attendance.heads", str(came), str(of))
    assert (consent["name"], consent["have"], consent["of"]) == ("consent.heads", str(agree), str(came))


@pytest.mark.parametrize("voice", ["no", "abstain", "spoiled", "none"])
def test_whoever_is_in_the_room_counts_in_the_base_whatever_they_say(voice: str) -> None:
    """到会人员的过半数: of the persons who came, not of those who raised a hand."""
    answer = asked(
        "cn.residents.meeting",
        SINCE,
        "persons",
        said(10, "yes"),
        said(10, voice, present=True),
        said(1, "none", present=False),
    )
    assert met(answer) == {"attendance.heads": True, "consent.heads": False}


def test_a_voice_sent_in_from_outside_is_none() -> None:
    answer = asked("cn.residents.representatives", SINCE, "representatives", said(20, "yes"), said(10, "none"))
    assert answer["state"] == "passed"
    away = asked(
        "cn.residents.representatives",
        SINCE,
        "representatives",
        said(19, "yes"),
        said(1, "yes", present=False),
        said(10, "none"),
    )
    assert [(test["have"], test["of"]) for test in away["tests"]] == [("19", "30"), ("19", "19")]
    assert away["state"] == "failed"


def test_a_meeting_that_goes_on_is_pending_until_nobody_can_turn_it() -> None:
    def going_on(yes: int, silent: int, away: int) -> dict[str, Any]:
        return asked(
            "cn.residents.representatives",
            SINCE,
            "representatives",
            said(yes, "yes"),
            said(silent, "none", present=True),
            said(away, "none"),
            closed=False,
        )

    assert going_on(0, 20, 10)["missing"] == {"heads": 11, "area": "0.00"}
    # Three must still come in; all say yes: 15 of 20, so nobody in the room need speak.
    assert going_on(12, 5, 13)["missing"] == {"heads": 3, "area": "0.00"}
    # 16 of 30 agree and 20 are here: even if the other ten come and say no, 16 of 30 is more than half.
    assert going_on(16, 4, 10)["state"] == "passed"
    assert going_on(15, 5, 10)["state"] == "pending"


#: rule, day, kind, of all, vote for the candidate, vote otherwise (no, blank or spoiled), elected
ELECTIONS = [
    # Art. 19: more than half of the voters, or of the households' representatives, vote; more than half of the persons
    # who voted are for the candidate.
    ("cn.residents.election", SINCE, "persons", 1000, 500, 0, False),
    ("cn.residents.election", SINCE, "persons", 1000, 251, 250, True),
    ("cn.residents.election", SINCE, "persons", 1000, 250, 251, False),
    ("cn.residents.election", SINCE, "persons", 1000, 300, 300, False),
    ("cn.residents.election", SINCE, "households", 48, 24, 0, False),
    ("cn.residents.election", SINCE, "households", 48, 13, 12, True),
    # More than two thirds of the representatives vote: 20 of 30 open their meeting, but do not make an election.
    ("cn.residents.election", SINCE, "representatives", 30, 20, 0, False),
    ("cn.residents.election", SINCE, "representatives", 30, 21, 0, True),
    ("cn.residents.election", SINCE, "representatives", 30, 11, 10, True),
    ("cn.residents.election", SINCE, "representatives", 30, 10, 11, False),
    ("cn.residents.election", SINCE, "representatives", 31, 21, 0, True),
    # Villagers' Committee Law, art. 18 (15): more than half vote, more than half of these are for the candidate.
    ("cn.villagers.election", SINCE, "persons", 600, 300, 0, False),
    ("cn.villagers.election", SINCE, "persons", 600, 151, 150, True),
    ("cn.villagers.election", "2020-06-01", "persons", 600, 151, 150, True),
    ("cn.villagers.election", "2020-06-01", "persons", 600, 150, 151, False),
]


@pytest.mark.parametrize("otherwise", ["no", "abstain", "spoiled"])
@pytest.mark.parametrize(("pack", "day", "kind", "of", "votes", "others", "elected"), ELECTIONS)
def test_one_candidate_or_one_recall(
    pack: str, day: str, kind: str, of: int, votes: int, others: int, elected: bool, otherwise: str
) -> None:
    answer = asked(pack, day, kind, said(votes, "yes"), said(others, otherwise), said(of - votes - others, "none"))
    assert (answer["state"] == "passed") is elected
    assert answer["tests"][0]["have"] == str(votes + others)
    assert "unconfirmed" not in answer


def test_the_two_traps_of_two_thirds() -> None:
    """Art. 29 says 三分之二以上, arts. 19 and 20 say 超过三分之二."""
    thirty = [said(20, "yes"), said(10, "none")]
    meeting = asked("cn.residents.representatives", SINCE, "representatives", *thirty)
    election = asked("cn.residents.election", SINCE, "representatives", *thirty)
    assert (meeting["tests"][0]["need"], meeting["tests"][0]["met"]) == (">= 2/3", True)
    assert (election["tests"][0]["need"], election["tests"][0]["met"]) == ("> 2/3", False)


def test_an_election_of_the_old_law_says_that_its_ratios_are_not_confirmed() -> None:
    answer = asked("cn.residents.election", BEFORE, "persons", said(51, "yes"), said(49, "none"))
    assert answer["state"] == "passed"
    assert set(answer["unconfirmed"]) == {"turnout.heads", "elected.heads"}
    assert all("旧法没有写" in words for words in answer["unconfirmed"].values())


@pytest.mark.parametrize(
    ("name", "before", "since"),
    [
        ("cn.residents.meeting", "1990", "2026"),
        ("cn.residents.representatives", "1990", "2026"),
        ("cn.residents.election", "1990", "2026"),
    ],
)
def test_the_law_changed_with_the_year_2026(name: str, before: str, since: str) -> None:
    assert shelf().in_force(name, datetime.date(2025, 12, 31)).version == before
    assert shelf().in_force(name, datetime.date(2026, 1, 1)).version == since


@pytest.mark.parametrize("name", ["assembly", "representatives", "group", "election"])
def test_the_villagers_law_changed_on_the_day_it_was_published(name: str) -> None:
    assert shelf().in_force(f"cn.villagers.{name}", datetime.date(2025, 10, 27)).version == "2018"
    assert shelf().in_force(f"cn.villagers.{name}", datetime.date(2025, 10, 28)).version == "2025"


# --- owners


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("cn.owners.meeting", "2024-01-01"),
        ("cn.beijing.owners-meeting", "2025-01-01"),
        ("cn.hangzhou.owners-meeting", "2025-01-01"),
        ("cn.shanghai.owners-meeting", "2025-01-01"),
    ],
)
def test_a_fifth_of_the_owners_can_have_a_meeting_called(name: str, day: str) -> None:
    assert asked(name, day, "owners", said(20, "yes"), said(80, "none"))["state"] == "passed"
    assert asked(name, day, "owners", said(19, "yes"), said(81, "none"))["state"] == "failed"


LIFTS = [
    # of all flats of equal area, agree, object in writing, stands
    ("cn.jinan.laiwu.lift", 48, 32, 0, "passed"),
    ("cn.jinan.laiwu.lift", 48, 31, 0, "failed"),
    ("cn.jinan.laiwu.lift", 48, 47, 1, "failed"),
    ("cn.chengdu.lift", 48, 32, 0, "passed"),
    ("cn.chengdu.lift", 48, 31, 0, "failed"),
    ("cn.chengdu.lift", 48, 40, 1, "failed"),
    ("cn.henan.lift", 48, 32, 0, "passed"),
    ("cn.henan.lift", 48, 31, 0, "failed"),
    ("cn.henan.lift", 48, 32, 16, "passed"),  # the article knows no objections: "shall cooperate and not obstruct"
]


@pytest.mark.parametrize(("name", "of", "agree", "object_", "state"), LIFTS)
def test_a_lift(name: str, of: int, agree: int, object_: int, state: str) -> None:
    answer = asked(
        name,
        "2019-06-01",
        "owners",
        said(agree, "yes", area="80"),
        said(object_, "no", area="80", objection=True),
        said(of - agree - object_, "none", area="80"),
    )
    assert answer["state"] == state


def test_two_thirds_of_the_heads_without_two_thirds_of_the_area_are_no_lift_where_area_counts() -> None:
    flats = [said(32, "yes", area="50"), said(16, "none", area="150")]
    assert asked("cn.jinan.laiwu.lift", "2019-06-01", "owners", *flats)["state"] == "failed"
    assert asked("cn.henan.lift", "2019-06-01", "owners", *flats)["state"] == "passed"


@pytest.mark.parametrize(
    ("name", "code", "holds"),
    [
        ("cn.tianjin.lift", "120103008001", True),
        ("cn.tianjin.lift", "420683001001", False),
        ("cn.jinan.laiwu.lift", "370116001001", True),
        ("cn.jinan.laiwu.lift", "370102001001", False),
        ("cn.beijing.owners-meeting", "110105001001", True),
        ("cn.civil-code.278.special", "420683001001", True),
        ("cn.tianjin.lift", "", True),
    ],
)
def test_where_a_rule_holds(name: str, code: str, holds: bool) -> None:
    pack = next(pack for pack in shelf() if pack.id == name)
    assert pack.holds_at(code) is holds


# --- figures that decide nothing by themselves, as the articles print them

NOTICES = [
    # Property Management Regulation, art. 14: fifteen days before an owners' assembly meets.
    ("cn.civil-code.278.ordinary", SINCE, 15),
    ("cn.civil-code.278.special", SINCE, 15),
    ("cn.residents.meeting", SINCE, 10),
    ("cn.residents.election", SINCE, 20),
    ("cn.villagers.assembly", SINCE, 10),
    ("cn.villagers.assembly", "2020-01-01", 10),
    ("cn.villagers.election", SINCE, 20),
    ("cn.villagers.election", "2020-01-01", 20),
    ("cn.owners.meeting", "2024-01-01", 15),
    ("cn.beijing.owners-meeting", "2025-01-01", 15),
    ("cn.hangzhou.owners-meeting", "2025-01-01", 7),
    ("cn.shanghai.owners-meeting", "2025-01-01", 15),
    ("cn.jinan.laiwu.lift", "2019-06-01", 15),
]


@pytest.mark.parametrize(("name", "day", "days"), NOTICES)
def test_days_of_notice(name: str, day: str, days: int) -> None:
    notice = shelf().in_force(name, datetime.date.fromisoformat(day)).notice_days
    assert (notice.value, notice.confirmed) == (days, True)


FIGURES = [
    ("cn.residents.meeting", SINCE, "call.residents", ">= 1/10 ratio"),
    ("cn.residents.meeting", SINCE, "call.representatives", ">= 1/3 ratio"),
    ("cn.residents.meeting", SINCE, "publication.days", ">= 15 days"),
    ("cn.residents.meeting", SINCE, "appraisal", ">= 1 times a year"),
    ("cn.residents.meeting", SINCE, "audit.representatives", ">= 1/3 ratio"),
    ("cn.residents.meeting", SINCE, "audit.residents", ">= 1/10 ratio"),
    ("cn.residents.meeting", BEFORE, "call.residents", ">= 1/5 ratio"),
    ("cn.residents.meeting", BEFORE, "call.households", ">= 1/5 ratio"),
    ("cn.residents.meeting", BEFORE, "call.groups", ">= 1/3 ratio"),
    ("cn.residents.meeting", BEFORE, "delegates.least", ">= 2 persons"),
    ("cn.residents.meeting", BEFORE, "delegates.most", "<= 3 persons"),
    ("cn.residents.representatives", SINCE, "call.representatives", ">= 1/5 ratio"),
    ("cn.residents.representatives", SINCE, "composition.representatives", ">= 4/5 ratio"),
    ("cn.residents.representatives", SINCE, "meetings", ">= 2 times a year"),
    ("cn.residents.representatives", SINCE, "households.least", ">= 20 households"),
    ("cn.residents.representatives", SINCE, "households.most", "<= 50 households"),
    ("cn.residents.election", SINCE, "runoff.votes", ">= 1/3 ratio"),
    ("cn.residents.election", SINCE, "objection.days", "<= 5 days"),
    ("cn.residents.election", SINCE, "answer.days", "<= 3 days"),
    ("cn.residents.election", SINCE, "nomination.voters", ">= 10 persons"),
    ("cn.residents.election", SINCE, "proxies", "<= 3 persons"),
    ("cn.residents.election", SINCE, "recall.residents", ">= 1/10 ratio"),
    ("cn.residents.election", SINCE, "recall.representatives", ">= 1/3 ratio"),
    ("cn.residents.election", SINCE, "committee.least", ">= 5 persons"),
    ("cn.residents.election", SINCE, "committee.most", "<= 9 persons"),
    ("cn.residents.election", SINCE, "women.least", ">= 1 persons"),
    ("cn.residents.election", SINCE, "term", "= 5 years"),
    ("cn.residents.election", SINCE, "community.least", ">= 1000 households"),
    ("cn.residents.election", SINCE, "community.most", "<= 3000 households"),
    ("cn.residents.election", SINCE, "age", ">= 18 years"),
    ("cn.residents.election", SINCE, "worker.months", ">= 6 months"),
    ("cn.residents.election", SINCE, "handover.days", "<= 10 days"),
    # Art. 37: appraised every year, and out after being found unfit twice in a row.
    ("cn.residents.election", SINCE, "unfit", "= 2 times"),
    ("cn.residents.election", BEFORE, "term", "= 5 years"),
    ("cn.residents.election", BEFORE, "community.least", ">= 100 households"),
    ("cn.residents.election", BEFORE, "community.most", "<= 700 households"),
    ("cn.residents.election", BEFORE, "committee.least", ">= 5 persons"),
    ("cn.residents.election", BEFORE, "committee.most", "<= 9 persons"),
    # The villagers' law of 2018: arts. 15, 16, 21, 25 and 26.
    ("cn.villagers.assembly", "2020-01-01", "call.villagers", ">= 1/10 ratio"),
    ("cn.villagers.assembly", "2020-01-01", "call.representatives", ">= 1/3 ratio"),
    ("cn.villagers.representatives", "2020-01-01", "call.representatives", ">= 1/5 ratio"),
    ("cn.villagers.representatives", "2020-01-01", "composition.representatives", ">= 4/5 ratio"),
    ("cn.villagers.representatives", "2020-01-01", "composition.women", ">= 1/3 ratio"),
    ("cn.villagers.representatives", "2020-01-01", "meetings", ">= 4 times a year"),
    ("cn.villagers.representatives", "2020-01-01", "households.least", ">= 5 households"),
    ("cn.villagers.representatives", "2020-01-01", "households.most", "<= 15 households"),
    ("cn.villagers.election", "2020-01-01", "runoff.votes", ">= 1/3 ratio"),
    ("cn.villagers.election", "2020-01-01", "proxies", "<= 3 persons"),
    ("cn.villagers.election", "2020-01-01", "recall.villagers", ">= 1/5 ratio"),
    ("cn.villagers.election", "2020-01-01", "recall.representatives", ">= 1/3 ratio"),
    ("cn.villagers.assembly", SINCE, "call.villagers", ">= 1/10 ratio"),
    ("cn.villagers.assembly", SINCE, "call.representatives", ">= 1/3 ratio"),
    ("cn.villagers.assembly", SINCE, "meetings", ">= 1 times a year"),
    ("cn.villagers.assembly", SINCE, "publication.days", ">= 15 days"),
    ("cn.villagers.representatives", SINCE, "call.representatives", ">= 1/5 ratio"),
    ("cn.villagers.representatives", SINCE, "composition.representatives", ">= 4/5 ratio"),
    ("cn.villagers.representatives", SINCE, "composition.women", ">= 1/3 ratio"),
    ("cn.villagers.representatives", SINCE, "meetings", ">= 4 times a year"),
    ("cn.villagers.representatives", SINCE, "households.least", ">= 5 households"),
    ("cn.villagers.representatives", SINCE, "households.most", "<= 15 households"),
    ("cn.villagers.election", SINCE, "runoff.votes", ">= 1/3 ratio"),
    ("cn.villagers.election", SINCE, "objection.days", "<= 5 days"),
    ("cn.villagers.election", SINCE, "answer.days", "<= 3 days"),
    ("cn.villagers.election", SINCE, "proxies", "<= 3 persons"),
    ("cn.villagers.election", SINCE, "recall.villagers", ">= 1/5 ratio"),
    ("cn.villagers.election", SINCE, "recall.representatives", ">= 1/3 ratio"),
    ("cn.villagers.election", SINCE, "committee.least", ">= 3 persons"),
    ("cn.villagers.election", SINCE, "committee.most", "<= 7 persons"),
    ("cn.beijing.owners-meeting", SINCE, "meetings", ">= 1 times a year"),
    ("cn.beijing.owners-meeting", SINCE, "result.days", "<= 3 days"),
    ("cn.beijing.owners-meeting", SINCE, "committee.consent", "> 1/2 ratio"),
    ("cn.beijing.owners-meeting", SINCE, "management-committee.attendance", "> 1/2 ratio"),
    ("cn.beijing.owners-meeting", SINCE, "management-committee.consent", "> 1/2 ratio"),
    ("cn.beijing.owners-meeting", SINCE, "management-committee.result.days", "<= 3 days"),
    ("cn.beijing.owners-meeting", SINCE, "management-committee.posted.days", "= 10 working days"),
    ("cn.hangzhou.owners-meeting", SINCE, "regular.notice.days", ">= 15 days"),
    ("cn.hangzhou.owners-meeting", SINCE, "vote.least", ">= 5 days"),
    ("cn.hangzhou.owners-meeting", SINCE, "vote.most", "<= 60 days"),
    ("cn.hangzhou.owners-meeting", SINCE, "information.days", ">= 15 days"),
    ("cn.hangzhou.owners-meeting", SINCE, "price.days", ">= 30 days"),
    ("cn.shanghai.owners-meeting", SINCE, "committee.attendance", "> 1/2 ratio"),
    ("cn.shanghai.owners-meeting", SINCE, "committee.consent", "> 1/2 ratio"),
    ("cn.shanghai.owners-meeting", SINCE, "committee.result.days", "<= 3 days"),
    ("cn.jinan.laiwu.lift", SINCE, "storeys.least", ">= 4 storeys"),
]


@pytest.mark.parametrize(("name", "day", "figure", "printed"), FIGURES)
def test_a_figure_as_the_article_prints_it(name: str, day: str, figure: str, printed: str) -> None:
    found = shelf().in_force(name, datetime.date.fromisoformat(day)).figure(figure)
    assert f"{found.relation} {found.value} {found.unit}" == printed
    assert found.confirmed
    assert found.article.zh
    assert found.article.en


def rows(table: Iterable[tuple[Any, ...]], *more: int) -> set[tuple[Any, ...]]:
    """Which pack and version each row of a table speaks of, with more of the row."""
    found = ((shelf().in_force(row[0], datetime.date.fromisoformat(row[1])), row) for row in table)
    return {(pack.id, pack.version, *(row[n] for n in more)) for pack, row in found}


def test_every_confirmed_figure_and_every_confirmed_period_of_every_pack_has_its_row() -> None:
    """What is called confirmed was read in the article; so the article's number stands here a second time."""
    figures = {(pack.id, pack.version, each.name) for pack in shelf() for each in pack.figures if each.confirmed}
    assert figures == rows(FIGURES, 2)
    assert {(pack.id, pack.version) for pack in shelf() if pack.notice_days.confirmed} == rows(NOTICES)
    assert {pack.id for pack in shelf() if pack.remedy_years and pack.remedy_years.confirmed} == REMEDIES


#: Civil Code, art. 280, and art. 12 of the interpretation on divided ownership: whom a decision of the owners' assembly
#: wrongs has one year. It is the assembly's decisions, so neither the unit that wants a lift nor the residents' law.
REMEDIES = frozenset(
    {
        "cn.civil-code.278.ordinary",
        "cn.civil-code.278.special",
        "cn.owners.meeting",
        "cn.beijing.owners-meeting",
        "cn.hangzhou.owners-meeting",
        "cn.shanghai.owners-meeting",
    }
)


@pytest.mark.parametrize("name", sorted(REMEDIES))
def test_a_year_to_have_a_decision_of_the_owners_set_aside(name: str) -> None:
    remedy = shelf().in_force(name, datetime.date(2026, 1, 1)).remedy_years
    assert remedy is not None
    assert (remedy.value, remedy.confirmed) == (1, True)


@pytest.mark.parametrize(
    ("name", "figure", "of", "least"),
    [
        # A tenth of 1,001 residents is 100.1: a hundred are too few.
        ("cn.residents.meeting", "call.residents", 1000, 100),
        ("cn.residents.meeting", "call.residents", 1001, 101),
        ("cn.residents.meeting", "call.representatives", 31, 11),
        ("cn.residents.representatives", "call.representatives", 30, 6),
        ("cn.residents.election", "runoff.votes", 100, 34),
        ("cn.residents.election", "runoff.votes", 99, 33),
        ("cn.beijing.owners-meeting", "committee.consent", 8, 5),
        ("cn.beijing.owners-meeting", "committee.consent", 9, 5),
    ],
)
def test_how_many_a_ratio_asks_for(name: str, figure: str, of: int, least: int) -> None:
    found = shelf().in_force(name, datetime.date(2026, 1, 1)).figure(figure)
    assert found.least(of) == least


def test_a_period_has_no_least_number() -> None:
    with pytest.raises(ValueError, match="ratio"):
        shelf().in_force("cn.residents.election", datetime.date(2026, 1, 1)).figure("term").least(10)


def test_ratios_are_exact() -> None:
    for pack in shelf():
        assert all(isinstance(test.ratio, Fraction) for test in pack.tests)
        assert all(isinstance(figure.value, Fraction) for figure in pack.figures)
