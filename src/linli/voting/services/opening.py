"""Opening a drive over a frozen electorate."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from linli.community.models import Area, Dwelling, Ownership, Person, Place
from linli.community.policy import require
from linli.community.queries import labels_of
from linli.community.services import draw_decision_scopes, lock_community
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note, plan_job
from linli.rules.decisions import Head as HeadTally
from linli.rules.decisions import Seat as Unspoken
from linli.rules.decisions import Totals, head_numbers
from linli.rules.errors import Refused
from linli.rules.packs import Pack, shelf
from linli.voting import counting, policy
from linli.voting.models import Drive, DriveWorker, Electorate, Head, ScopeTotals, Seat
from linli.voting.services.deciding import plan_recount

#: How long slips given in time may still arrive, unless the drive says otherwise.
GRACE = timedelta(hours=72)


@transaction.atomic
def open_drive(
    *,
    place: Place,
    question: str,
    pack_id: str,
    closes_at: datetime,
    collectors: Sequence[Person],
    clerks: Sequence[Person],
    by: Acting,
    progress: str = Drive.Progress.LIVE,
    grace: timedelta = GRACE,
    thread: UUID | None = None,
) -> Drive:
    """Freeze the electorate of ``place`` under the pack in force today, and open the question to it.

    One decision scope per unit where the pack is judged per unit, else one for the whole place. Refused: a deadline
    that is not ahead, no clerk or collector, one who holds no role in the community, a place without doors, no pack in
    force, a pack that is not for owners.
    """
    require(by, policy.OPEN_DRIVE, place)
    community = lock_community(place)
    moment = clock.database_now()
    if closes_at <= moment:
        raise Refused("drive.deadline-past", "截止时间要在今天之后。请改一个日期。")
    if not clerks or not collectors:
        raise Refused("drive.nobody-named", "请至少写一位上门收表的人和一位录入的人。")
    named = {person.id for person in (*collectors, *clerks)}
    if not named <= set(policy.holding_roles(community)):
        raise Refused("drive.worker-without-role", "收表和录入的人都要在本社区担任职务。请先给他们写上职务，再开始。")
    pack = shelf().in_force(pack_id, clock.today())
    if "owners" not in pack.kinds:
        raise Refused("drive.pack-not-for-owners", "这条规则不是业主表态用的，请换一条，或者开会表决。")
    scopes = draw_decision_scopes(place=place, by_unit=pack.scope.value == "unit", homes_only=pack.homes_only, by=by)
    electorate = Electorate.objects.create(
        community_id=community, kind=Electorate.Kind.OWNERS, uses=pack.uses.value, frozen_at=moment
    )
    drive = Drive.objects.create(
        community_id=community,
        electorate=electorate,
        place=place,
        thread=thread,
        question=question,
        pack=pack.id,
        pack_version=pack.version,
        pack_sha256=pack.sha256,
        pack_file=pack.file,
        progress=progress,
        opened_at=moment,
        closes_at=closes_at,
        gathers_until=closes_at + grace,
    )
    seats = [seat for scope in scopes for seat in freeze_scope(drive=drive, scope=scope, pack=pack)]
    if not seats:
        raise Refused("drive.no-doors", "这里还没有登记门户。请先用规则生成门户，或者导入花名册。")
    DriveWorker.objects.bulk_create(
        DriveWorker(community_id=drive.community_id, drive=drive, person=person, task=task)
        for task, people in ((DriveWorker.Task.COLLECTOR, collectors), (DriveWorker.Task.CLERK, clerks))
        for person in dict.fromkeys(people)
    )
    note(
        "drive.opened",
        by=by,
        subject_kind="drive",
        subject=drive.id,
        place=place.id,
        public={
            "pack": pack.id,
            "version": pack.version,
            "pack_sha256": pack.sha256,
            "closes_at": closes_at.isoformat(),
            "gathers_until": drive.gathers_until.isoformat(),
            "seats": Counter(str(seat.scope) for seat in seats),
        },
        commitments={"question": drive.question},
        thread=drive.thread,
    )
    for step, due_at in (("close", closes_at), ("decide", drive.gathers_until)):
        plan_job("drive.pass_deadline", subject=drive.id, step=step, due_at=due_at, community=drive.community_id)
    plan_recount(drive)
    return drive


def freeze_scope(*, drive: Drive, scope: Area, pack: Pack) -> list[Seat]:
    """The seats of one scope, with their heads and the scope's totals, written in a fixed number of statements.

    Who is entitled is who owns the dwelling today; owners unknown leaves a seat that nobody may speak for until
    somebody is admitted, yet it counts in the denominators.
    """
    dwellings = list(Dwelling.objects.filter(areas=scope).order_by("sort_key", "id"))
    labels = labels_of(drive.place, dwellings)
    today = clock.today()
    owners: dict[UUID, set[UUID]] = {dwelling.id: set() for dwelling in dwellings}
    in_force = Ownership.objects.filter(dwelling__in=owners, since__lte=today).filter(
        Q(until=None) | Q(until__gt=today)
    )
    for dwelling_id, person_id in in_force.values_list("dwelling_id", "person_id"):
        owners[dwelling_id].add(person_id)
    numbers = head_numbers(
        [(frozenset(owners[dwelling.id]), False) for dwelling in dwellings], overlap=pack.overlap.value
    ).tolist()
    heads = {
        number: Head(community_id=drive.community_id, electorate=drive.electorate, scope=scope, number=number)
        for number in sorted(set(numbers))
    }
    seats = [
        Seat(
            community_id=drive.community_id,
            electorate=drive.electorate,
            scope=scope,
            head=heads[number],
            dwelling=dwelling,
            label=labels[dwelling.id].full,
            short=labels[dwelling.id].short,
            floor=dwelling.floor,
            sort_key=dwelling.sort_key,
            area=dwelling.area,
            occupied=dwelling.occupied,
        )
        for dwelling, number in zip(dwellings, numbers, strict=True)
    ]
    units: dict[int, list[Unspoken]] = defaultdict(list)
    for seat, number in zip(seats, numbers, strict=True):
        units[number].append(counting.said(seat))
    for number, head in heads.items():
        head.tally = counting.tally_to_json(HeadTally.of(units[number]))
    Head.objects.bulk_create(heads.values())
    Seat.objects.bulk_create(seats)
    entitled = Seat.entitled.through
    entitled.objects.bulk_create(
        entitled(seat_id=seat.id, person_id=person_id)
        for seat, dwelling in zip(seats, dwellings, strict=True)
        for person_id in owners[dwelling.id]
    )
    if seats:
        totals = Totals.of(counting.columns_of(seats), spoiled_participates=pack.spoiled_participates.value)
        ScopeTotals.objects.create(
            community_id=drive.community_id, drive=drive, scope=scope, totals=counting.tally_to_json(totals)
        )
    return seats
