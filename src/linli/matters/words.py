"""What a matter and its result say in words, for its pages and its papers alike: counts per unit, never a flat."""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from linli.matters.models import Matter
from linli.record import clock
from linli.rules.money import capitals, yuan
from linli.rules.packs import Pack
from linli.voting import counting
from linli.voting.models import Drive, Recount, SharePlan
from linli.voting.queries import (
    Decision,
    LateTold,
    Law,
    Progress,
    TestLine,
    acts_told,
    condition_name,
    condition_words,
    late_told,
    law_of,
    plan_of,
    progress_of,
)
from linli.web import parts
from linli.web.dates import day, full_day


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
    if matter.withdrawn_at:
        return [*steps, parts.Step(pgettext("done", "撤回"), "done", day_of(matter.withdrawn_at))]
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
        steps.append(parts.Step(_("出结果"), "done", day_of(drive.decided_at)))
        return [*steps, *looked_into(drive)]
    until = _("到%(day)s") % {"day": day_of(drive.last_day_of_gathering)}
    return [*steps, parts.Step(_("收齐中：等路上的表，然后出结果"), "now", until)]


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


@dataclass(frozen=True, slots=True)
class ResultWords:
    """One result as it is read on its page and on paper: what was found, how, by which rule."""

    decision: Decision
    pack: Pack
    law: Law
    verdict: dict[str, Any]
    facts: tuple[tuple[str, str], ...]
    tests: tuple[parts.Test, ...]
    workings: tuple[parts.Working, ...]


def result_words(matter: Matter, decision: Decision) -> ResultWords:
    """One of a matter's results: counts per unit, the working, the article, the share, and why it was counted again."""
    drive = matter.drive
    assert drive is not None
    pack = counting.pack_of(drive)
    progress = progress_of(drive, None, decision.results)
    plan = plan_of(drive)
    counts = _("；").join(
        _("%(unit)s%(yes)s户（共%(of)s户）") % {"unit": scope.name, "yes": scope.yes, "of": scope.of}
        for scope in progress.scopes
        if scope.of is not None
    )
    facts = [
        *([(_("几户同意"), counts)] if counts else []),
        (_("结论"), verdict_words(progress)["say"]),
        *why_anew(decision),
        (_("谁牵头"), matter.convener.name),
        (
            _("表态时间"),
            _("%(first)s至%(last)s") % {"first": full_day(drive.opened_at), "last": full_day(drive.last_day)},
        ),
    ]
    if plan and progress.yes:
        facts.append((_("费用"), cost_words(plan, progress.yes)))
    if late := late_told(drive, at=decision.at):
        facts.append((_("迟到的表"), late_words(late)))
    return ResultWords(
        decision=decision,
        pack=pack,
        law=law_of(pack),
        verdict=verdict_words(progress),
        facts=tuple(facts),
        tests=tuple(test_rows(progress)),
        workings=tuple(workings(progress)),
    )


def why_anew(decision: Decision) -> list[tuple[str, str]]:
    """Of a result that took the place of another: of which, why, what was looked at, which roles asked and decided."""
    recount = decision.recount
    if recount is None:
        return []
    facts = [
        (_("代替哪一份"), _("第%(n)s次的结果") % {"n": decision.number - 1}),
        (_("为什么重新算"), recount.why),
    ]
    if acts := acts_words(recount):
        facts.append((_("核对了什么"), acts))
    if recount.ordered_as and recount.ended_as:
        who = {"first": recount.ordered_as, "second": recount.ended_as}
        facts.append((_("谁定的"), _("%(first)s要求核对，%(second)s定下新的结果") % who))
    return facts


def acts_words(recount: Recount) -> str:
    """What a recount looked at, in one line; no door and no answer."""
    return _("；").join(_("%(what)s，%(n)s件") % {"what": what, "n": n} for what, n in acts_told(recount))


def replaced_words(decision: Decision) -> str:
    """Of a result that no longer stands: that it does not, since when and why."""
    later = decision.replaced
    if later is None or later.ended_at is None:
        return ""
    words = _("这份结果已经被代替：%(day)s有了新的结果。原因：%(reason)s")
    return words % {"day": full_day(later.ended_at), "reason": later.why}


def looked_into(drive: Drive) -> list[parts.Step]:
    """The recounts of a result as steps of the matter's way."""
    steps = []
    for recount in drive.recounts.order_by("number"):
        began = parts.Step(_("要求重新核对"), "done", day_of(recount.ordered_at))
        if recount.ended_at is None:
            steps += [began, parts.Step(_("正在重新核对"), "now", _("现在"))]
        elif recount.state == recount.State.DECIDED:
            steps += [began, parts.Step(_("出新的结果"), "done", day_of(recount.ended_at))]
        else:
            steps += [began, parts.Step(_("核对过，原来的结果没有错"), "done", day_of(recount.ended_at))]
    return steps


def announcement(matter: Matter, decision: Decision) -> dict[str, Any]:
    """What a notice of the result begins as: the result's own facts as sentences, and the least days of its rule."""
    found = result_words(matter, decision)
    lines = [
        found.verdict["say"],
        *(_("%(what)s：%(words)s。") % {"what": what, "words": words.rstrip("。.")} for what, words in found.facts),
    ]
    return {"text": "\n".join(lines), "days": found.pack.notice_days.value or ""}


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
