"""People of a community, the roles they hold, and the bodies they act in."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from linli.community.models import Organisation, Person, Place, Role
from linli.community.policy import CHANGE_REGISTER, CHANGE_ROLES, require
from linli.community.services.places import checked_name
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.errors import Refused


@transaction.atomic
def add_person(*, community: Place, name: str, by: Acting) -> Person:
    """Put somebody on the community's roster. Two people may have one name: nothing is merged by it."""
    require(by, CHANGE_REGISTER, community)
    return put_on_roster(community=community, name=name, by=by)


def put_on_roster(*, community: Place, name: str, by: Acting) -> Person:
    """Somebody new on the roster, in the caller's transaction and by the caller's right."""
    name = checked_name(name)
    if len(name) > 60:
        raise Refused("person.name-too-long", "姓名最多{most}个字。", most=60)
    person = Person.objects.create(community=community, name=name)
    note("person.added", by=by, subject_kind="person", subject=person.id, place=community.id)
    return person


@transaction.atomic
def add_organisation(
    *, community: Place, name: str, kinds: Sequence[str], by: Acting, parent: Organisation | None = None
) -> Organisation:
    """Add a body that convenes, decides, carries or supervises; the same name with the same kinds is the same body.

    Refused: no kind, an unknown one, a name that is taken by a body of other kinds, a parent of another community.
    """
    require(by, CHANGE_REGISTER, community)
    name = checked_name(name)
    if not kinds or not set(kinds) <= set(Organisation.Kind.values):
        raise Refused("organisation.kind", "请选这个组织是做什么的。")
    if parent is not None and parent.community_id != community.id:
        raise Refused("organisation.parent", "上级组织不在这个社区。请重新选。")
    Place.objects.select_for_update(no_key=True).get(id=community.id)
    same = Organisation.objects.filter(community=community, name=name).first()
    if same is not None:
        if set(same.kinds) != set(kinds) or same.parent_id != (parent.id if parent else None):
            raise Refused("organisation.exists", "已经有一个叫“{name}”的组织了。请用它，或者换个名称。", name=name)
        return same
    organisation = Organisation.objects.create(community=community, name=name, kinds=list(kinds), parent=parent)
    note(
        "organisation.added",
        by=by,
        subject_kind="organisation",
        subject=organisation.id,
        place=community.id,
        public={"name": name, "kinds": sorted(kinds)},
    )
    return organisation


@transaction.atomic
def give_role(
    *,
    person: Person,
    kind: str,
    title: str,
    place: Place,
    by: Acting,
    since: date | None = None,
    organisation: Organisation | None = None,
) -> Role:
    """Give somebody a role at ``place``, from ``since`` (today) on; ``title`` is the community's own word for it.

    A role that the person already holds there from then on is returned as it is. Refused: a person or body of another
    community, an unknown kind of role.
    """
    require(by, CHANGE_ROLES, place)
    title = checked_name(title)
    if kind not in Role.Kind.values or len(title) > 40:
        raise Refused("role.kind", "请选一个职务，名称最多{most}个字。", most=40)
    if person.community_id != place.community_id or (organisation and organisation.community_id != place.community_id):
        raise Refused("role.elsewhere", "这个人或组织不在这个社区的名册里。请先加进名册。")
    Person.objects.select_for_update(no_key=True).get(id=person.id)
    since = since or clock.today()
    held = Role.objects.filter(person=person, kind=kind, place=place, organisation=organisation, until=None).first()
    if held is not None and held.since <= since:
        return held
    role = Role.objects.create(
        community_id=place.community_id,
        person=person,
        kind=kind,
        title=title,
        place=place,
        organisation=organisation,
        since=since,
    )
    note(
        "role.given",
        by=by,
        subject_kind="role",
        subject=role.id,
        place=place.id,
        public={"kind": kind, "title": title, "since": since.isoformat()},
    )
    return role


@transaction.atomic
def end_role(*, role: Role, by: Acting, until: date | None = None) -> Role:
    """End a role: ``until`` (today) is the first day on which it no longer holds. Ending it twice changes nothing.

    Refused: a day before the role began.
    """
    require(by, CHANGE_ROLES, role.place)
    role = Role.objects.select_for_update(of=("self",)).select_related("place").get(id=role.id)
    if role.until is not None:
        return role
    until = until or clock.today()
    if until < role.since:
        raise Refused(
            "role.ends-before-it-begins", "结束的日子不能早于开始的日子{since}。", since=role.since.isoformat()
        )
    role.until = until
    role.save(update_fields=["until"])
    note(
        "role.ended",
        by=by,
        subject_kind="role",
        subject=role.id,
        place=role.place_id,
        public={"kind": role.kind, "until": until.isoformat()},
    )
    return role
