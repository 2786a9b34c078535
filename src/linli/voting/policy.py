"""Who may do what with a drive: the office opens and decides; those named on the drive enter slips and see the face."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from linli.community.models import Place, Role
from linli.community.policy import OFFICE, Action, can, titles_who_may
from linli.record import clock
from linli.record.acting import Acting
from linli.record.retention import Kept
from linli.rules.errors import Forbidden, Refused
from linli.voting.models import Drive, DriveWorker, Recount, Seat

OPEN_DRIVE = Action("drive.open", OFFICE)
DECIDE_DRIVE = Action("drive.decide", OFFICE)
ACTIONS = (OPEN_DRIVE, DECIDE_DRIVE)

KEPT = tuple(
    Kept(f"voting.{rows}", "drive__decided_at", timedelta(0), why, {"drive__state": Drive.State.DECIDED})
    for rows, why in (
        ("Intention", "those who knock know where to go first; an intention is no voice"),
        ("ChainLine", "those who knock ask what a line of the chain meant"),
        ("ChainPaste", "what changed since the last paste can be told"),
    )
)


def tasks_of(by: Acting | None, drive: Drive) -> set[str]:
    """What the person is named for on this drive, as long as they hold a role in its community."""
    if by is None or by.person is None or by.community != drive.community_id:
        return set()
    named = DriveWorker.objects.filter(drive=drive, person=by.person, person__in=holding_roles(drive.community_id))
    return set(named.values_list("task", flat=True))


def holding_roles(community: UUID) -> QuerySet[Role, UUID]:
    """The people who hold some role of the community today: only they can be named on a drive, and act on it."""
    today = clock.today()
    held = Role.objects.filter(community=community, since__lte=today).filter(Q(until=None) | Q(until__gt=today))
    return held.values_list("person", flat=True)


def can_enter_slips(by: Acting | None, drive: Drive) -> bool:
    """A clerk named on the drive."""
    return DriveWorker.Task.CLERK in tasks_of(by, drive)


def can_see_face(by: Acting | None, drive: Drive) -> bool:
    """Those who knock or enter slips, while they have doors to knock at: the face is taken back when it is decided."""
    return drive.state != Drive.State.DECIDED and bool(tasks_of(by, drive))


def can_paste_chain(by: Acting | None, drive: Drive) -> bool:
    """Those who knock or enter slips, and the office: it may paste what its groups say, and see no home of it."""
    return can_see_face(by, drive) or (drive.state != Drive.State.DECIDED and can_open(by, drive.place))


def require_walk(by: Acting, drive: Drive) -> UUID:
    """The person, named on the drive; refused to all others, and to everybody once it is decided."""
    if by.person is None or not can_see_face(by, drive):
        raise Forbidden("chain.private", "接龙里各户的意向只给上门和录入的人看，用完收回。")
    return by.person


def can_open(by: Acting | None, place: Place) -> bool:
    """The office of the community."""
    return by is not None and can(by, OPEN_DRIVE, place)


def require_clerk(by: Acting, drive: Drive) -> UUID:
    """The clerk's person; refused to all but the clerks named on the drive."""
    if by.person is None or not can_enter_slips(by, drive):
        raise Forbidden("drive.not-a-clerk", "录入表态由这次表态指定的录入人办理。请让负责人把您加进来。")
    return by.person


def can_put_right(by: Acting | None, drive: Drive) -> bool:
    """A clerk named on the drive, while its result is looked into again."""
    return drive.recounts.filter(state=Recount.State.OPEN).exists() and can_enter_slips(by, drive)


def can_see_tasks(by: Acting | None, drive: Drive) -> bool:
    """Those who knock or enter slips until it is decided; the clerks again while its result is looked into."""
    return can_see_face(by, drive) or can_put_right(by, drive)


def titles_of_clerks(drive: Drive, *, besides: Iterable[UUID]) -> list[str]:
    """Under which titles others than these people are clerks of the drive today: roles, never persons."""
    others = DriveWorker.objects.filter(drive=drive, task=DriveWorker.Task.CLERK).exclude(person__in=besides)
    today = clock.today()
    roles = Role.objects.filter(community=drive.community_id, person__in=others.values("person"), since__lte=today)
    return sorted(set(roles.filter(Q(until=None) | Q(until__gt=today)).values_list("title", flat=True)))


def titles_of_other_eyes(by: Acting, drive: Drive, *, hands: Sequence[UUID]) -> list[str]:
    """Under which titles others are to look at a paper instead of ``by``; none where ``by`` may.

    ``hands`` are those who entered and read it, the first first. Any of them leaves it to a clerk who is none of them;
    where there is no such clerk, the last of them leaves it to another, so that nobody is locked out.
    """
    if by.person is None or by.person not in hands:
        return []
    titles = titles_of_clerks(drive, besides=hands)
    return titles if titles or by.person != hands[-1] else titles_of_clerks(drive, besides=[by.person])


def require_other_eyes(by: Acting, drive: Drive, *, hands: Sequence[UUID]) -> None:
    """Refuse somebody to judge the paper that they had a hand in, where the drive has another clerk for it."""
    if titles := titles_of_other_eyes(by, drive, hands=hands):
        raise Refused("slip.own", "这张纸表是您录的，要由另一位录入人来核对：{roles}。", roles="、".join(titles))


def require_second_person(by: Acting, drive: Drive, *, ordered_by: UUID | None) -> None:
    """Refuse whoever asked for a recount to end it too, where the office has another who may."""
    if by.person is None or by.person != ordered_by:
        return
    if titles := titles_who_may(DECIDE_DRIVE, drive.place, besides=by.person):
        raise Refused("recount.two-people", "重新核对是您要求的，要由另一位来定：{roles}。", roles="、".join(titles))


def can_speak(by: Acting | None, seat: Seat) -> bool:
    """One of those on the frozen list for this home, in whatever role they act; nobody for another."""
    if by is None or by.person is None or by.community != seat.community_id:
        return False
    return seat.entitled.filter(id=by.person).exists()


def require_speaker(by: Acting, seat: Seat) -> UUID:
    """The speaker's person; refused to a tenant, a neighbour, and whoever acts for somebody else."""
    if by.person is None or not can_speak(by, seat):
        raise Forbidden(
            "voice.not-entitled",
            "这一户要由名单上的业主本人表态。您若是租户或家人，请业主自己来填，或者请收表的人上门；名单有错，请找社区。",
        )
    return by.person
