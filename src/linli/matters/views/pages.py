"""What each page of a matter shows, made of the parts of ``web``; no rule and no write is here."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from linli.community.models import Dwelling
from linli.community.policy import can
from linli.community.queries import doors_of
from linli.matters.models import Matter
from linli.matters.policy import RAISE_MATTER
from linli.matters.queries import station, subsidy_of
from linli.record import clock
from linli.record.acting import Acting
from linli.record.live import ticket_for, versions_of
from linli.rules.money import capitals, yuan
from linli.rules.packs import Pack, shelf
from linli.rules.shares import Eligibility, Reason
from linli.voting import counting
from linli.voting.models import Drive, Seat, SharePlan
from linli.voting.policy import can_enter_slips, can_see_face
from linli.voting.queries import (
    LateTold,
    Progress,
    ScopeProgress,
    ShareCurve,
    Step,
    TestLine,
    answer_state,
    answer_word,
    condition_name,
    condition_words,
    homes_of_others,
    late_told,
    law_of,
    live_topics,
    plan_of,
    progress_of,
    results_of,
    seats_of_person,
    share_curve,
    tasks_waiting,
)
from linli.web import parts
from linli.web.dates import day, full_day


def once_key() -> str:
    """A key that makes this page's form safe to send twice."""
    return uuid.uuid4().hex


def matter_rows(matters: Iterable[Matter]) -> list[parts.Row]:
    """The list of the hall."""
    rows = []
    for matter in matters:
        state, word = station(matter)
        note = parts.numbered(matter.number, matter.place.name)
        rows.append(
            parts.Row(
                matter.title, note, reverse("matters:matter", args=[matter.id]), icon="talk", state=state, word=word
            )
        )
    return rows


# ── one matter ───────────────────────────────────────────────────────────────────────────────────────────────────────


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
        "tasks": tasks_waiting(drive) if can_see_face(viewer, drive) else 0,
        "share": share_parts(plan, progress, own, request) if plan else None,
        "can_enter": can_enter_slips(viewer, drive),
        "can_see_face": can_see_face(viewer, drive),
        "can_decide": over and not progress.decided,
        "last_day": day(drive.last_day),
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


def who_is_who(matter: Matter) -> list[tuple[str, str]]:
    """Who convenes, decides, carries, supervises."""
    return [
        (_("谁牵头"), matter.convener.name),
        (_("谁决定"), _(matter.decider)),
        (_("谁办事"), matter.carrier.name if matter.carrier else _("还没定")),
        (_("谁监督"), matter.supervisor.name if matter.supervisor else _("还没定")),
    ]


def day_of(when: date | datetime) -> str:
    """A day, with its year where that is not this year's."""
    return day(when) if when.year == clock.today().year else full_day(when)


def timeline(matter: Matter) -> list[parts.Step]:
    """The way of the matter: what is done, what is under way, what comes."""
    drive = matter.drive
    decided = matter.state == Matter.State.DECIDED
    asking = matter.state == Matter.State.ASKING
    steps = [parts.Step(pgettext("done", "提出这件事"), "done", day_of(matter.raised_at))]
    if drive is None:
        return [
            *steps,
            parts.Step(_("定下名单，开始表态"), "now", _("现在")),
            parts.Step(_("挨家挨户听意见、签字")),
            parts.Step(_("出结果")),
        ]
    steps.append(parts.Step(_("定下名单，开始表态"), "done", day_of(drive.opened_at)))
    if asking and drive.state == Drive.State.OPEN:
        steps.append(parts.Step(_("挨家挨户听意见、签字"), "now", _("到%(day)s") % {"day": day_of(drive.last_day)}))
        return [*steps, parts.Step(_("出结果"))]
    steps.append(parts.Step(_("挨家挨户听意见、签字"), "done", _("到%(day)s") % {"day": day_of(drive.last_day)}))
    if decided and drive.decided_at:
        return [*steps, parts.Step(_("出结果"), "done", day_of(drive.decided_at))]
    until = _("到%(day)s") % {"day": day_of(drive.last_day_of_gathering)}
    return [*steps, parts.Step(_("收齐中：等路上的表，然后出结果"), "now", until)]


# ── the verdict ──────────────────────────────────────────────────────────────────────────────────────────────────────


def verdict_words(progress: Progress) -> dict[str, Any]:
    """The sentence first: what has been reached, what is missing, or what cannot be told."""
    yes, units = progress.yes, len(progress.scopes)
    if progress.decided:
        passed = sum(scope.state == "passed" for scope in progress.scopes)
        if passed == units:
            return {
                "state": "passed",
                "word": "",
                "say": _("已达到法定比例，%(n)s户同意。") % {"n": yes},
                "figure": yes,
            }
        if any(scope.state == "unverifiable" for scope in progress.scopes):
            return {"state": "unverifiable", "word": "", "say": _("还缺资料，现在不能下结论。"), "figure": ""}
        say = _("%(units)s个单元里，%(passed)s个达到，%(failed)s个没有达到。")
        return {
            "state": "failed",
            "word": "",
            "say": say % {"units": units, "passed": passed, "failed": units - passed},
            "figure": "",
        }
    if not progress.shown:
        return {"state": "now", "word": _("正在听意见"), "say": _("结束以后再公布，现在谁也看不到数。"), "figure": ""}
    reached = [scope for scope in progress.scopes if scope.reached]
    if len(reached) == units:
        return {"state": "passed", "word": "", "say": _("已达到法定比例，%(n)s户同意。") % {"n": yes}, "figure": yes}
    if heads_met(progress):
        return {"state": "unverifiable", "word": "", "say": _("人数都够了；面积还缺资料，不能下结论。"), "figure": ""}
    mine = next((scope for scope in progress.scopes if scope.missing), None)
    if mine:
        say = ngettext("%(scope)s还差%(n)s户。", "%(scope)s还差%(n)s户。", mine.missing or 0)
        say %= {"scope": mine.name, "n": mine.missing}
        return {"state": "pending", "word": "", "say": say, "figure": mine.missing}
    if reached:
        say = _("%(units)s个单元里，%(reached)s个已达到。") % {"units": units, "reached": len(reached)}
        return {"state": "pending", "word": "", "say": say, "figure": ""}
    return {"state": "pending", "word": "", "say": _("正在一家一家听意见。"), "figure": ""}


def heads_met(progress: Progress) -> bool:
    """Whether only areas are still open: every condition of heads is met in every scope."""
    lines = [line for scope in progress.scopes for line in scope.tests]
    return all(line.met for line in lines if line.measure == "heads") and any(line.met is None for line in lines)


def unit_bars(progress: Progress) -> list[parts.UnitBar]:
    """A bar for each unit; with a result that must not tell its counts, none."""
    shown = (scope for scope in progress.scopes if not progress.decided or scope.lit is not None)
    return [unit_bar(scope, decided=progress.decided) for scope in shown]


def unit_bar(scope: ScopeProgress, *, decided: bool) -> parts.UnitBar:
    """One unit's bar in the form that this reader may see."""
    noun = pgettext("after a number", "位业主") if scope.by_owners else ""
    verb = pgettext("after a number", "已表态") if scope.by_answers else ""
    if scope.reached and not decided and scope.yes is not None:
        return parts.UnitBar.reached(scope.name, have=scope.yes, noun=noun)
    if scope.lit is None or scope.of is None or scope.line is None:
        return parts.UnitBar.gathering(scope.name)
    if decided:
        return parts.UnitBar.decided(
            scope.name,
            have=scope.lit,
            of=scope.of,
            need=scope.line,
            passed=scope.state == "passed",
            noun=noun,
            verb=verb,
        )
    return parts.UnitBar.running(scope.name, have=scope.lit, of=scope.of, need=scope.line, noun=noun, verb=verb)


def line_words(progress: Progress) -> str:
    """What the red line of the bars means, where a base may be shown."""
    scopes = [scope for scope in progress.scopes if scope.line and scope.of]
    if len({(scope.of, scope.line, scope.by_owners) for scope in scopes}) != 1:
        return ""
    scope = scopes[0]
    if scope.by_owners:
        words = _("红线：%(of)s位业主里要有%(line)s位。空户的业主也算在分母里；一人有几套，算一位。")
    else:
        words = _("红线：%(of)s户里要有%(line)s户。空户也算在分母里。")
    return words % {"of": scope.of, "line": scope.line}


def test_rows(progress: Progress) -> list[parts.Test]:
    """Each condition of the rule over all units: met everywhere, not met somewhere, or not to be told yet."""
    rows = []
    for lines in zip(*(scope.tests for scope in progress.scopes), strict=True):
        first: TestLine = lines[0]
        met = [line.met for line in lines]
        state, word = test_state(met, decided=progress.decided, objections=first.measure == "objections")
        rows.append(
            parts.Test(condition_name(first), state, word, condition_words(first, several=len(progress.scopes) > 1))
        )
    return rows


def test_state(met: list[bool | None], *, decided: bool, objections: bool) -> tuple[parts.State, str]:
    """The answer of one condition, over all units together."""
    if all(each is True for each in met):
        return "passed", _("没有") if objections else _("已达到")
    if any(each is False for each in met):
        return "failed", _("有") if objections else _("未达到")
    return ("unverifiable", _("缺资料")) if decided else ("pending", _("还不能确定"))


def workings(progress: Progress) -> list[parts.Working]:
    """The heads of each unit multiplied out, so that a reader can redo them on paper."""
    several = any(sum(line.measure == "heads" for line in scope.tests) > 1 for scope in progress.scopes)
    return [
        parts.Working(
            f"{scope.name} · {condition_name(line)}" if several else scope.name,
            int(line.have),
            int(line.of),
            Fraction(line.need.split(" ", 1)[1]),
            strict=line.need.startswith("> "),
        )
        for scope in progress.scopes
        for line in scope.tests
        if line.measure == "heads" and line.have
    ]


# ── one's own part, and what it costs ────────────────────────────────────────────────────────────────────────────────


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


def share_parts(plan: SharePlan, progress: Progress, own: list[Seat], request: HttpRequest) -> dict[str, Any]:
    """The share per household against how many join, for this reader's home or an average one."""
    curve = share_curve(plan, least=progress.least, now=progress.joined, own=own[0] if own else None)
    wanted = request.GET.get("joined", "")
    current = curve.at(int(wanted) if wanted.isdigit() and len(wanted) < 6 else curve.now)
    steps = [
        parts.Share(
            step.joined,
            step.fen,
            share_words(curve, step),
        )
        for step in curve.steps
    ]
    mine = bool(own) and plan.method != SharePlan.Method.EQUAL
    return {"steps": steps, "current": current.joined, "plan": plan, "mine": mine, "net": plan.cost - plan.subsidy}


def share_words(curve: ShareCurve, step: Step) -> str:
    """What more neighbours would change: 再有3户参加，每户从…降到…; near the end, as many as there still are."""
    more = min(3, curve.homes - step.joined)
    if not more:
        return _("%(n)s户全都参加时，每户最少。") % {"n": step.joined}
    return _("%(n)s户一起出时。再有%(more)s户参加，每户从%(now)s元降到%(later)s元。") % {
        "n": step.joined,
        "more": more,
        "now": yuan(step.fen),
        "later": yuan(curve.fen(step.joined + more)),
    }


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


# ── before opening, and the result ───────────────────────────────────────────────────────────────────────────────────


def put_page(matter: Matter, by: Acting) -> dict[str, Any]:
    """Who will be asked: doors per unit that count, and what is left out with its reason, before anything is opened."""
    pack = shelf().in_force(matter.pack, clock.today())
    lines, shops = [], 0
    for unit in doors_of(matter.place, by):
        counted = [door for door in unit.doors if not pack.homes_only or door.use == Dwelling.Use.HOME]
        shops += len(unit.doors) - len(counted)
        if counted:
            lines.append(parts.Line([unit.title, len(counted), sum(door.area is None for door in counted)]))
    return {
        "pack": pack,
        "law": law_of(pack),
        "units": lines,
        "columns": [parts.Column(_("单元")), parts.Column(_("算在分母里的户")), parts.Column(_("还没有面积的户"))],
        "shops": shops,
    }


def result_page(matter: Matter) -> dict[str, Any]:
    """The result on one A4: counts per unit, the working, the article, the share, and how to check it."""
    drive = matter.drive
    assert drive is not None
    assert drive.decided_at is not None
    pack = counting.pack_of(drive)
    progress = progress_of(drive, None)
    plan = plan_of(drive)
    counts = _("；").join(
        _("%(unit)s%(yes)s户（共%(of)s户）") % {"unit": scope.name, "yes": scope.yes, "of": scope.of}
        for scope in progress.scopes
        if scope.of is not None
    )
    facts = [
        *([(_("几户同意"), counts)] if counts else []),
        (_("结论"), verdict_words(progress)["say"]),
        (_("谁牵头"), matter.convener.name),
        (
            _("表态时间"),
            _("%(first)s至%(last)s") % {"first": full_day(drive.opened_at), "last": full_day(drive.last_day)},
        ),
    ]
    if plan and progress.yes:
        facts.append((_("费用"), cost_words(plan, progress.yes)))
    if late := late_told(drive):
        facts.append((_("迟到的表"), late_words(late)))
    return {
        "back_url": reverse("matters:matter", args=[matter.id]),
        "back_label": matter.title,
        "matter": matter,
        "drive": drive,
        "pack": pack,
        "law": law_of(pack),
        "facts": facts,
        "workings": workings(progress),
        "tests": test_rows(progress),
        "results": results_of(drive),
        "decided_on": full_day(drive.decided_at),
        "verdict": verdict_words(progress),
        "check_address": settings.ADDRESS + reverse("check", args=[matter.thread_id]),
    }


def announcement(matter: Matter) -> dict[str, Any]:
    """What a notice of the result begins as: the result's own facts as sentences, and the least days of its rule."""
    page = result_page(matter)
    lines = [page["verdict"]["say"], *(_("%(what)s：%(words)s。") % {"what": a, "words": b} for a, b in page["facts"])]
    return {"text": "\n".join(lines), "days": page["pack"].notice_days.value or ""}


def late_words(late: LateTold) -> str:
    """How many late slips were admitted and how many not, and why."""
    counts = _("收下%(admitted)s张，退回%(refused)s张，没来得及核对%(unjudged)s张。") % {
        "admitted": late.admitted,
        "refused": late.refused,
        "unjudged": late.unjudged,
    }
    return counts + "".join(_("原因：%(reason)s。") % {"reason": reason} for reason in late.reasons)


def cost_words(plan: SharePlan, joined: int) -> str:
    """The estimate, what remains after the subsidy, and how it is shared."""
    net = plan.cost - plan.subsidy
    if plan.method == SharePlan.Method.EQUAL:
        each, odd = divmod(net, joined)
        how = _("%(n)s户平摊，每户%(each)s元") % {"n": joined, "each": yuan(each)}
        if odd:
            how += _("，其中%(odd)s户多1分") % {"odd": odd}
    else:
        how = _("%(n)s户按面积分摊") % {"n": joined}
    return _("估算%(cost)s元（%(capitals)s），补贴%(subsidy)s元；%(how)s") % {
        "cost": yuan(plan.cost),
        "capitals": capitals(plan.cost),
        "subsidy": yuan(plan.subsidy),
        "how": how,
    }
