"""Taking a register in: kept after its preview, written whole when confirmed."""

from collections.abc import Collection

from django.db import models, transaction

from linli.community.adapters.registers import Reading
from linli.community.models import (
    Dwelling,
    Household,
    Ownership,
    Person,
    Place,
    RegisterDraft,
    RegisterImport,
    Residency,
)
from linli.community.policy import CHANGE_REGISTER, DRAFT_KEPT, require
from linli.community.queries.intake import Intake, plan_intake
from linli.community.services.places import lock_community
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.errors import Refused


@transaction.atomic
def keep_reading(*, place: Place, reading: Reading, by: Acting) -> RegisterDraft:
    """Keep what was read until the clerk confirms it. Their earlier draft for this place, and old ones, go.

    Refused: a reading with errors; such a file is to be mended, not confirmed.
    """
    require(by, CHANGE_REGISTER, place)
    if reading.errors:
        raise Refused(
            "register.has-errors", "表里有{count}处要改，一户也没有写入。请改好再选一次。", count=len(reading.errors)
        )
    community = lock_community(place)
    old = models.Q(at__lt=clock.now() - DRAFT_KEPT)
    RegisterDraft.objects.filter(old | models.Q(place=place, by_person=by.person)).delete()
    draft = RegisterDraft.objects.create(
        community_id=community, place=place, by_person_id=by.person, reading=reading.as_json()
    )
    note(
        "register.read",
        by=by,
        subject_kind="place",
        subject=place.id,
        place=place.id,
        internal={"rows": len(reading.rows), "file_sha256": reading.sha256},
    )
    return draft


@transaction.atomic
def take_in_register(
    *,
    place: Place,
    reading: Reading,
    by: Acting,
    same_people: Collection[str] = (),
    draft: RegisterDraft | None = None,
) -> RegisterImport:
    """Write all of a register, or nothing: doors made or matched, people, ownerships, households.

    ``same_people`` are the names that the clerk says are one person at all their doors. ``draft``, where there was a
    preview, is used up by it. The same register a second time adds and changes nothing, and its counts say so.
    Refused: what ``plan_intake`` refuses.
    """
    require(by, CHANGE_REGISTER, place)
    community = lock_community(place)
    if draft is not None and not RegisterDraft.objects.filter(id=draft.id).delete()[0]:
        raise Refused("register.draft-used", "这份预览已经确认过，或者放得太久了。请重新选文件。")
    intake = plan_intake(place, reading, viewer=by, same_people=same_people)
    write_intake(intake)
    taken = RegisterImport.objects.create(
        community_id=community,
        place=place,
        file_sha256=reading.sha256,
        by_person_id=by.person,
        counts=intake.counts,
    )
    note(
        "register.taken-in",
        by=by,
        subject_kind="place",
        subject=place.id,
        place=place.id,
        internal={"import": str(taken.id), **intake.counts},
    )
    return taken


def write_intake(intake: Intake) -> None:
    Place.objects.bulk_create(intake.places)
    Dwelling.objects.bulk_create(intake.doors)
    # An insert that meets its own id is an update of many rows in one statement.
    Dwelling.objects.bulk_create(
        intake.changed_doors,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["floor", "area", "area_source", "use", "occupied", "sort_key"],
    )
    Person.objects.bulk_create(intake.people)
    today = clock.today()
    Ownership.objects.filter(id__in=intake.ended_ownerships).update(until=today)
    Ownership.objects.bulk_create(intake.ownerships)
    Household.objects.filter(id__in=intake.ended_households).update(until=today)
    Household.objects.bulk_create(intake.households)
    Household.objects.bulk_create(
        intake.changed_households, update_conflicts=True, unique_fields=["id"], update_fields=["head"]
    )
    Residency.objects.bulk_create(intake.residencies)
