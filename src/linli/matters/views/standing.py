"""Where one matter stands, for one reader: counts per unit, their own answer, what it costs, what comes next."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from linli.community.policy import can
from linli.matters.models import Matter
from linli.matters.policy import RAISE_MATTER
from linli.matters.queries import station, subsidy_of
from linli.matters.views.bars import line_words, unit_bars
from linli.matters.views.sharing import share_parts
from linli.matters.words import acts_words, test_rows, timeline, verdict_words, who_is_who, workings
from linli.record import clock
from linli.record.acting import Acting
from linli.record.live import ticket_for, versions_of
from linli.rules.packs import Pack, shelf
from linli.rules.shares import Eligibility, Reason
from linli.voting import counting
from linli.voting.models import Drive, Seat
from linli.voting.policy import can_enter_slips, can_see_face
from linli.voting.queries import (
    answer_state,
    answer_word,
    decisions_of,
    homes_of_others,
    law_of,
    live_topics,
    plan_of,
    progress_of,
    recount_under_way,
    seats_of_person,
    tasks_waiting,
)
from linli.web import parts
from linli.web.dates import day, full_day


def matter_page(matter: Matter, viewer: Acting | None, request: HttpRequest) -> dict[str, Any]:
    """Everything that the page of a matter shows to this reader."""
    drive = matter.drive
    pack = counting.pack_of(drive) if drive else shelf().in_force(matter.pack, clock.today())
    page: dict[str, Any] = {
        "matter": matter,
        "drive": drive,
        "facts": who_is_who(matter),
        "pack": pack,
        "law": law_of(pack),
        "subsidy": subsidy_lines(subsidy_of(pack, matter.building_facts), matter),
        "steps": timeline(matter),
        "is_office": viewer is not None and can(viewer, RAISE_MATTER, matter.place),
        "station": station(matter),
    }
    if drive:
        page |= drive_parts(matter, drive, pack, viewer, request)
    return page


def drive_parts(
    matter: Matter, drive: Drive, pack: Pack, viewer: Acting | None, request: HttpRequest
) -> dict[str, Any]:
    """What the page shows once the matter is put to those who decide."""
    own = seats_of_person(drive, viewer)
    heard = versions_of(live_topics(drive, own, at_work=True))
    progress = progress_of(drive, viewer)
    plan = plan_of(drive)
    over = clock.now() >= drive.closes_at
    may_enter, may_see_face = can_enter_slips(viewer, drive), can_see_face(viewer, drive)
    under_way = recount_under_way(drive) if progress.decided else None
    putting_right = under_way is not None and may_enter
    return {
        "live": live_of(drive, own, progress.at_work, heard),
        "progress": progress,
        "verdict": verdict_words(progress),
        "bars": unit_bars(progress),
        "line": line_words(progress),
        "tests": test_rows(progress),
        "workings": workings(progress) if progress.decided else [],
        "own": own_answers(drive, own),
        "others_homes": [seat.label for seat in homes_of_others(drive, viewer)],
        "tasks": tasks_waiting(drive) if may_see_face or putting_right else 0,
        "putting_right": putting_right,
        "under_way": under_way,
        "counts": counts_told(matter, drive) if progress.decided else None,
        "share": share_parts(plan, progress, own, request) if plan else None,
        "can_enter": may_enter,
        "can_see_face": may_see_face,
        "can_decide": over and not progress.decided,
        "last_day": day(drive.last_day),
    }


def counts_told(matter: Matter, drive: Drive) -> dict[str, Any] | None:
    """Of a result that took the place of another: since when, why, and where the one before is read."""
    counts = decisions_of(drive)
    recount = counts[0].recount if counts else None
    if recount is None:
        return None
    return {
        "number": counts[0].number,
        "since": full_day(counts[0].at),
        "why": recount.why,
        "acts": acts_words(recount),
        "before": reverse("matters:earlier", args=[matter.id, counts[1].number]),
    }


def live_of(drive: Drive, own: list[Seat], at_work: bool, heard: dict[str, int]) -> dict[str, str] | None:
    """What a page needs to keep itself up to date, until there is a result; ``heard`` was read before what is shown."""
    if drive.state == Drive.State.DECIDED:
        return None
    topics = live_topics(drive, own, at_work=at_work)
    return {
        "from": "?part=live",
        "stream": settings.LIVE,
        "ticket": ticket_for(topics),
        "at": " ".join(f"{topic}={heard[topic]}" for topic in topics),
    }


def own_answers(drive: Drive, seats: list[Seat]) -> list[dict[str, Any]]:
    """What stands for the reader's own doors, and where they can look at it or answer."""
    asking = drive.state == Drive.State.OPEN and clock.now() < drive.closes_at
    return [
        {
            "door": seat.label,
            "state": answer_state(seat),
            "word": answer_word(seat),
            "url": reverse("voting:seat", args=[seat.id]),
            "ask": reverse("voting:voice", args=[seat.id]) if asking and not (seat.voice or seat.conflict) else "",
        }
        for seat in seats
    ]


def subsidy_lines(eligibility: Eligibility | None, matter: Matter) -> dict[str, Any] | None:
    """Whether a subsidy is due, and why or why not, condition by condition."""
    if eligibility is None or not matter.building_facts:
        return None
    words = {
        "eligible": _("可以申请补贴。"),
        "not eligible": _("不在补贴范围。"),
        "unknown": _("能不能补贴，还缺资料。"),
    }
    states: dict[str, parts.State] = {"eligible": "passed", "not eligible": "failed", "unknown": "unverifiable"}
    return {
        "say": words[eligibility.state],
        "state": states[eligibility.state],
        "reasons": [reason_row(reason) for reason in eligibility.reasons],
        "confirmed": eligibility.confirmed,
    }


def reason_row(reason: Reason) -> parts.Test:
    """One condition of the subsidy held against this building."""
    state: parts.State = "unverifiable" if reason.met is None else "passed" if reason.met else "failed"
    word = {None: _("缺资料"), True: _("符合"), False: _("不符合")}[reason.met]
    if reason.condition.fact == "storeys":
        name = _("要有%(need)s层以上") % {"need": reason.condition.need}
        why = _("这栋楼%(have)s层。") % {"have": reason.have} if reason.have is not None else ""
    else:
        name = _("原来没有电梯")
        why = "" if reason.have is None else _("这栋楼原来就有电梯。") if reason.have else _("这栋楼原来没有电梯。")
    return parts.Test(name, state, word, why)
