"""What a matter says on paper: its result, one slip for each household, the sheet of signatures for an authority.

Each is described once (``linli.web.papers``) and shown, printed, sent and archived in the same words.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from linli.files.queries import read, stamped_photo, stamped_versions
from linli.matters.models import Matter
from linli.matters.queries import matter_for, paper_of, station
from linli.matters.services import RESULT_PAPER
from linli.matters.words import cost_words, replaced_words, result_words, timeline, verdict_words, who_is_who
from linli.record import clock
from linli.record.acting import Acting
from linli.voting import counting
from linli.voting.models import Drive, Seat, SlipPhoto, Voice
from linli.voting.queries import Decision, decisions_of, law_of, plan_of, progress_of
from linli.voting.queries import Law as RuleWords
from linli.web.blanks import Value
from linli.web.dates import full_day
from linli.web.dossier import Entry, Period, Picture, Theme
from linli.web.papers import (
    Blanks,
    Block,
    Choices,
    Conditions,
    Facts,
    Heading,
    Law,
    Outgoing,
    Paper,
    Small,
    Table,
    Text,
    Workings,
)


def address_of(name: str, matter: Matter) -> str:
    """The whole address of a page of the matter, as a code on paper holds it."""
    return f"{settings.ADDRESS}{reverse(name, args=[matter.id])}"


def law_block(law: RuleWords) -> Law:
    """The rule's own words, as the page of the matter shows them."""
    return Law(law.quote, law.source, law.unconfirmed, law.notes)


def result_paper(matter: Matter, decision: Decision) -> Paper:
    """One result with its working and article: counts per unit, never a flat; one that was replaced says so."""
    found = result_words(matter, decision)
    pack, decided_on = found.pack, full_day(decision.at)
    replaced = replaced_words(decision)
    return Paper(
        issuer=matter.convener.name,
        number=matter.number,
        date=decided_on,
        title=result_title(matter, decision),
        blocks=(
            *([Text(replaced)] if replaced else []),
            Facts(found.facts),
            Heading(_("怎么算的")),
            *([Workings(found.workings)] if found.workings else []),
            Conditions(found.tests),
            Small(
                _("面积只写够不够，不写多少：知道了缺多少平方米，就知道是哪一家。面积明细由办事的人和监督的人核对。")
            ),
            Heading(_("依据哪一条")),
            law_block(found.law),
        ),
        signed=(matter.convener.name, decided_on),
        stamp=True,
        proof=(
            _("扫码看它改没改过"),
            _("自己算一遍：规则 %(pack)s，%(version)s 版") % {"pack": pack.id, "version": pack.version}
            + f" · {pack.sha256[:16]}",
        ),
        code=settings.ADDRESS + reverse("check", args=[matter.thread_id]),
        language=get_language() or settings.LANGUAGE_CODE,
    )


def result_title(matter: Matter, decision: Decision) -> str:
    """What a result is called: counted again, or replaced, where it is."""
    if not decision.stands:
        return _("%(title)s：表态结果（已被代替）") % {"title": matter.title}
    if decision.recount:
        return _("%(title)s：表态结果（第%(n)s次）") % {"title": matter.title, "n": decision.number}
    return _("%(title)s：表态结果") % {"title": matter.title}


def result_to_mail(viewer: Acting, matter_id: UUID) -> Outgoing:
    """The result that stands, as it may be sent to anybody who reads it; ``Matter.DoesNotExist`` before there is."""
    matter = matter_for(viewer, matter_id)
    if matter.state != Matter.State.DECIDED or matter.drive is None:
        raise Matter.DoesNotExist
    paper = result_paper(matter, decisions_of(matter.drive)[0])
    return Outgoing(paper, matter.community_id, matter.number, reverse("matters:result", args=[matter.id]))


def slip_papers(matter: Matter, drive: Drive, *, scope: UUID | None = None) -> list[Paper]:
    """One slip for each door that is asked, in the order of the doors; nobody's answer and no other door is on it.

    A slip's number is the matter's and its place in the frozen list: printed again, or for one ``scope`` alone, it is
    the same.
    """
    law = law_of(counting.pack_of(drive))
    numbered = slip_numbers(matter, drive)
    return [slip_paper(matter, drive, seat, number, law) for number, seat in numbered if scope in (None, seat.scope_id)]


def slip_numbers(matter: Matter, drive: Drive) -> list[tuple[str, Seat]]:
    """The number of each slip, and the door that it is for."""
    seats = Seat.objects.filter(electorate=drive.electorate_id, excluded=False).order_by("sort_key", "id")
    return [(f"{matter.number}-{n:03d}", seat) for n, seat in enumerate(seats, 1)]


def slip_paper(matter: Matter, drive: Drive, seat: Seat, number: str, law: RuleWords) -> Paper:
    """The slip of one door: the question, its reasons, the boxes to tick, the lines to sign."""
    area = (
        _("%(area)s平方米（有出入请写明）") % {"area": square_metres(seat.area)} if seat.area else _("请照房产证填写：")
    )
    last = full_day(drive.last_day)
    blocks: Sequence[Block] = (
        Facts(
            (
                (_("房屋"), f"{drive.place.name}{seat.label}"),
                (_("登记面积"), area),
                (_("问什么"), drive.question),
                (_("为什么"), matter.words),
                (_("谁牵头"), matter.convener.name),
                (_("交表期限"), _("%(day)s24时以前，交给上门的人或居委会") % {"day": last}),
            )
        ),
        Small(f"{law.quote} {law.source}"),
        Heading(_("您家的意见（只勾一项，由业主本人或受托人勾）")),
        Choices("", [str(label) for value, label in Voice.Choice.choices if value != Voice.Choice.SPOILED]),
        Choices(_("另外"), [_("我明确反对（请写明理由，会逐条答复）")]),
        Blanks((_("顾虑或意见"), ""), columns=1),
        Heading(_("签名")),
        Blanks((_("业主签名"), _("日期"), _("受托人签名（附委托书）"), _("联系电话（可以不填）"))),
        Small(_("不会写字的，由本人按手印，并由两位见证人签名。手印只留在这张纸上，不拍照、不录入。")),
        Blanks((_("见证人一"), _("见证人二"), _("收表人"), _("收表日期"))),
    )
    return Paper(
        issuer="",
        number=number,
        date=full_day(drive.opened_at),
        title=_("表态表（一户一表）"),
        blocks=blocks,
        proof=(
            _("一户一张表，邻居看不到。不说话不算同意。"),
            _("扫码看这件事的来龙去脉。表号 %(number)s") % {"number": number},
        ),
        code=address_of("matters:matter", matter),
        leaf=True,
        language=get_language() or settings.LANGUAGE_CODE,
    )


def square_metres(area: int) -> str:
    """An area in square metres, with its hundredths."""
    return f"{area // 100}.{area % 100:02d}"


def sign_sheet_paper(matter: Matter, drive: Drive, purpose: str) -> Paper:
    """The collected sheet of signatures: every door with its answer, for one authority's packet and for nobody else."""
    seats = list(
        Seat.objects.filter(electorate=drive.electorate_id, excluded=False)
        .select_related("voice", "voice__author")
        .prefetch_related("entitled")
        .order_by("sort_key", "id")
    )
    rows = [(str(n), *sign_cells(seat)) for n, seat in enumerate(seats, 1)]
    return Paper(
        issuer=matter.convener.name,
        number=matter.number,
        date=full_day(clock.now()),
        title=_("%(title)s：汇总签字表") % {"title": matter.title},
        blocks=(
            Small(
                _("只供%(purpose)s审核用，不张贴、不外传。每一行都有业主本人的一户一表为凭。") % {"purpose": purpose}
            ),
            Table((_("序号"), _("房屋"), _("面积（平方米）"), _("业主"), _("意见"), _("表上日期")), rows),
        ),
        signed=(matter.convener.name, full_day(clock.now())),
        stamp=True,
        language=get_language() or settings.LANGUAGE_CODE,
    )


def sign_cells(seat: Seat) -> tuple[str, str, str, str, str]:
    """One door of the sheet: the door, its area, whose word it is, what was said, and the date on the slip.

    Where nobody wrote down who of the owners signed, it is the word of them all.
    """
    voice = seat.voice
    names = "、".join(sorted(person.name for person in seat.entitled.all()))
    area = square_metres(seat.area) if seat.area else ""
    if voice is None:
        return seat.label, area, names, _("没有收到表"), ""
    author = voice.author.name if voice.author else names
    return seat.label, area, author, voice.get_choice_display(), voice.given_on.isoformat() if voice.given_on else ""


def result_values(matter: Matter, drive: Drive) -> tuple[dict[str, Value], list[dict[str, Value]]]:
    """The result as values for an office's own blank: one record, and a line for each unit; never a flat."""
    progress, counts = progress_of(drive, None), decisions_of(drive)
    plan = plan_of(drive)
    record: dict[str, Value] = {
        "结论": verdict_words(progress)["say"],
        "同意户数": progress.yes if progress.yes is not None else "",
        "总户数": sum(scope.of or 0 for scope in progress.scopes) or "",
        "费用": cost_words(plan, progress.yes) if plan and progress.yes else "",
        "开始日期": full_day(drive.opened_at),
        "截止日期": full_day(drive.last_day),
        "结果日期": full_day(counts[0].at) if counts else "",
        "依据": counting.pack_of(drive).article.zh,
    }
    words = {
        "passed": _("已达到"),
        "failed": _("未达到"),
        "pending": _("还不能确定"),
        "unverifiable": _("缺资料"),
    }
    rows: list[dict[str, Value]] = [
        {
            "单元": scope.name,
            "单元同意户数": scope.yes if scope.yes is not None else "",
            "单元总户数": scope.of or "",
            "单元结论": words[scope.state],
        }
        for scope in progress.scopes
    ]
    return record, rows


# ── the archive of a period ──────────────────────────────────────────────────────────────────────────────────────────


def matter_paper(matter: Matter) -> Paper:
    """What the matter is, who does what, and how far it has come."""
    return Paper(
        issuer=matter.convener.name,
        number=matter.number,
        date=full_day(matter.raised_at),
        title=matter.title,
        blocks=(
            Text(matter.words),
            Heading(_("谁来办")),
            Facts(who_is_who(matter)),
            Heading(_("走到哪一步了")),
            Table((_("步骤"), _("时间")), [(step.what, step.when) for step in timeline(matter)]),
        ),
        signed=(matter.convener.name,),
        language=get_language() or settings.LANGUAGE_CODE,
    )


def deliberation_entries(community: UUID, period: Period, masked: bool) -> Iterator[Entry]:
    """居民议事: every matter that was raised or decided in the period, with its papers and photos.

    Counts per unit only. Photos of slips name homes and hands: they stay out of a masked archive.
    """
    within = (period.since, period.until)
    matters = Matter.objects.filter(community=community).filter(
        Q(raised_at__date__range=within) | Q(drive__decided_at__date__range=within)
    )
    related = ("place", "convener", "carrier", "supervisor", "drive", "drive__electorate", "drive__place")
    for matter in matters.select_related(*related).order_by("raised_at", "id"):
        counts = decisions_of(matter.drive) if matter.drive else []
        yield Entry(
            number=matter.number,
            title=matter.title,
            papers=(matter_paper(matter), *(result_paper(matter, each) for each in counts)),
            pictures=[*stamped_pictures(matter, counts), *([] if masked else slip_pictures(matter))],
            line=line_of(matter),
        )


def line_of(matter: Matter) -> tuple[Value, ...]:
    """The matter's line of the summary, under ``DELIBERATION.heads``."""
    progress = progress_of(matter.drive, None) if matter.drive else None
    decided = progress is not None and progress.decided
    return (
        matter.number,
        matter.title,
        matter.place.name,
        matter.convener.name,
        full_day(matter.raised_at),
        station(matter)[1],
        sum(scope.of or 0 for scope in progress.scopes) if progress and decided else "",
        progress.yes if progress and decided and progress.yes is not None else "",
        verdict_words(progress)["say"] if progress and decided else "",
    )


def stamped_pictures(matter: Matter, counts: Sequence[Decision]) -> list[Picture]:
    """The stamped versions of every result, the one that stands first."""
    name = _("盖章的表态结果")
    return [
        Picture(name, partial(read_stamped, paper, version.id))
        for paper in (paper_of(matter, each) for each in counts)
        for version in stamped_versions(RESULT_PAPER, paper)
    ]


def read_stamped(paper: UUID, version: UUID) -> bytes:
    return read(stamped_photo(RESULT_PAPER, paper, version))


def slip_pictures(matter: Matter) -> list[Picture]:
    """The photos of the slips, by stack and position."""
    photos = SlipPhoto.objects.filter(stack__drive=matter.drive_id).select_related("stack", "file")
    words = _("第%(stack)s叠第%(position)s张")
    return [
        Picture(words % {"stack": photo.stack.number, "position": photo.position}, partial(read, photo.file))
        for photo in photos.order_by("stack__number", "position")
    ]


DELIBERATION = Theme(
    name=gettext_lazy("居民议事"),
    heads=(
        gettext_lazy("编号"),
        gettext_lazy("事项"),
        gettext_lazy("地点"),
        gettext_lazy("牵头单位"),
        gettext_lazy("提出日期"),
        gettext_lazy("进展"),
        gettext_lazy("总户数"),
        gettext_lazy("同意户数"),
        gettext_lazy("结论"),
    ),
    entries=deliberation_entries,
)
