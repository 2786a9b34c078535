"""Reading matters: the list, one matter for its reader, the rules to choose from, and whether a subsidy is due."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from linli.matters.models import Matter
from linli.matters.policy import can_read
from linli.messaging.models import Notice, NoticeObjection
from linli.record import clock
from linli.record.acting import Acting
from linli.rules.errors import Forbidden
from linli.rules.packs import Pack, shelf
from linli.rules.shares import Condition, Eligibility, eligibility
from linli.voting.models import Seat
from linli.voting.queries import Decision
from linli.web import parts
from linli.web.dates import day


def for_community(viewer: Acting) -> QuerySet[Matter]:
    """The matters of the viewer's community, the newest first."""
    return (
        Matter.objects.filter(community=viewer.community)
        .select_related("place", "convener", "drive", "thread")
        .prefetch_related("drive__recounts")
        .order_by("-raised_at", "-id")
    )


def matter_for(viewer: Acting | None, matter_id: UUID) -> Matter:
    """One matter with what its page needs; refused to those outside its circle."""
    matter = Matter.objects.select_related(
        "thread",
        "place",
        "place__parent",
        "community",
        "convener",
        "carrier",
        "supervisor",
        "drive",
        "drive__electorate",
        "drive__place",
    ).get(id=matter_id)
    if not can_read(viewer, matter):
        raise Forbidden("matter.other-circle", "这件事只给本社区的居民看。请先从自家楼道的链接进门。")
    return matter


def station(matter: Matter) -> tuple[parts.State, str]:
    """Where a matter stands, as a mark and a word."""
    if matter.state == Matter.State.WITHDRAWN:
        return "info", _("已撤回")
    if matter.state == Matter.State.DECIDED:
        return "done", _("已出结果")
    if matter.state == Matter.State.ASKING and matter.drive and clock.now() >= matter.drive.closes_at:
        return "now", _("收齐中，到%(day)s") % {"day": day(matter.drive.last_day_of_gathering)}
    if matter.state == Matter.State.ASKING and matter.drive:
        return "now", _("正在表态，到%(day)s") % {"day": day(matter.drive.last_day)}
    return "open", _("还没开始表态")


def last_notice(matter: Matter) -> Notice | None:
    """The last notice of the matter's result that was not withdrawn."""
    written = Notice.objects.filter(about_kind="matter", about=matter.id).exclude(state=Notice.State.WITHDRAWN)
    return written.order_by("-written_at", "-id").first()


def objections_to(matter: Matter) -> list[NoticeObjection]:
    """What was said against the notices of the matter's result, first things first."""
    said = NoticeObjection.objects.filter(notice__about_kind="matter", notice__about=matter.id)
    return list(said.select_related("review", "notice").order_by("id"))


def paper_of(matter: Matter, decision: Decision) -> UUID:
    """Whose stamped photo belongs to a count: each result is a paper of its own."""
    return decision.recount.id if decision.recount else matter.id


def own_seats(viewer: Acting) -> list[tuple[Matter, Seat]]:
    """The viewer's own doors (a family helper's: the elder's) in every matter put to them, the newest first; one
    statement."""
    whose = viewer.helps or viewer.person
    seats = (
        Seat.objects.filter(entitled=whose, community=viewer.community, electorate__drive__matter__isnull=False)
        .select_related("voice", "conflict", "electorate__drive__matter")
        .order_by("-electorate__drive__opened_at", "sort_key")
    )
    return [(seat.electorate.drive.matter, seat) for seat in seats]


def packs_today(area_code: str = "") -> list[Pack]:
    """The rules by which owners can decide today at a place of this area code (everywhere, where it is not known)."""
    today = clock.today()
    return [pack for pack in shelf() if "owners" in pack.kinds and pack.holds_at(area_code) and pack.in_force_at(today)]


def subsidy_of(pack: Pack, facts: dict[str, int | bool]) -> Eligibility | None:
    """Whether the pack's subsidy is due to such a building, with each reason; None where the pack has none."""
    if pack.lift is None or pack.lift.subsidy_min_storeys is None:
        return None
    storeys, without_lift = pack.lift.subsidy_min_storeys, pack.lift.subsidy_without_lift_only
    conditions = [Condition("storeys", storeys.value, storeys.confirmed, pack.article.zh)]
    if without_lift is not None and without_lift.value:
        conditions.append(Condition("has_lift", False, without_lift.confirmed, pack.article.zh))
    return eligibility(conditions, facts)
