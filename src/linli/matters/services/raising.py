"""Raising a matter, mending what was raised wrongly, taking it back: before anybody is asked."""

from collections.abc import Mapping

from django.db import transaction

from linli.community.models import Organisation, Place
from linli.community.policy import require
from linli.community.services import begin_thread, lock_community
from linli.matters import policy
from linli.matters.models import Matter
from linli.messaging.services import impersonal
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.errors import Refused
from linli.rules.masking import personal_pieces
from linli.rules.packs import shelf


@transaction.atomic
def raise_matter(
    *,
    place: Place,
    title: str,
    words: str,
    pack_id: str,
    convener: Organisation,
    decider: str,
    by: Acting,
    carrier: Organisation | None = None,
    supervisor: Organisation | None = None,
    building_facts: Mapping[str, int | bool] | None = None,
    cost: int | None = None,
    circle: str = Matter.Circle.RESIDENTS,
) -> Matter:
    """Raise what is wanted at ``place`` to a matter, and name who convenes, decides, carries and supervises.

    ``building_facts`` are what a subsidy is judged by (storeys, has_lift); ``cost`` is an estimate in fen. Refused: no
    title or words, a title that tells of a home or a person, a rule that is not in force today, a body of another
    community.
    """
    require(by, policy.RAISE_MATTER, place)
    require_own_bodies(place, convener, carrier, supervisor)
    require_words(title, words)
    pack = shelf().in_force(pack_id, clock.today())
    community = lock_community(place)
    matter = Matter.objects.create(
        community_id=community,
        thread=begin_thread(community),
        place=place,
        title=title.strip(),
        words=words.strip(),
        pack=pack.id,
        convener=convener,
        decider=decider,
        carrier=carrier,
        supervisor=supervisor,
        raised_by_id=by.person,
        building_facts=dict(building_facts or {}),
        cost=cost,
        circle=circle,
        raised_at=clock.now(),
    )
    note(
        "matter.raised",
        by=by,
        subject_kind="matter",
        subject=matter.id,
        place=place.id,
        public={"number": matter.number, "pack": pack.id, "convener": convener.name},
        commitments={"title": matter.title, "words": matter.words},
        thread=matter.thread_id,
    )
    return matter


@transaction.atomic
def edit_matter(
    *,
    matter: Matter,
    title: str,
    words: str,
    pack_id: str,
    convener: Organisation,
    decider: str,
    by: Acting,
    carrier: Organisation | None = None,
    supervisor: Organisation | None = None,
    building_facts: Mapping[str, int | bool] | None = None,
    cost: int | None = None,
    circle: str = Matter.Circle.RESIDENTS,
    seen: str,
) -> Matter:
    """Mend what was raised wrongly; its number and its thread stay, and the record binds to both texts.

    ``seen`` is the matter's ``version`` that was being mended. Refused: a matter that somebody else has changed since,
    once it was put to those who decide or withdrawn, and whatever ``raise_matter`` refuses.
    """
    require(by, policy.RAISE_MATTER, matter.place)
    require_own_bodies(matter.place, convener, carrier, supervisor)
    require_words(title, words)
    pack = shelf().in_force(pack_id, clock.today())
    matter = lock_raised(matter)
    if seen != matter.version:
        raise Refused("matter.changed-meanwhile", "您改的时候，别人也改了这件事。上面是现在的样子，请对照着再改一遍。")
    matter.title, matter.words, matter.pack = title.strip(), words.strip(), pack.id
    matter.convener, matter.carrier, matter.supervisor, matter.decider = convener, carrier, supervisor, decider
    matter.building_facts, matter.cost, matter.circle = dict(building_facts or {}), cost, circle
    matter.save()
    note(
        "matter.edited",
        by=by,
        subject_kind="matter",
        subject=matter.id,
        place=matter.place_id,
        public={"pack": pack.id, "convener": convener.name},
        commitments={"title": matter.title, "words": matter.words},
        thread=matter.thread_id,
    )
    return matter


@transaction.atomic
def withdraw_matter(*, matter: Matter, why: str, by: Acting) -> Matter:
    """Take back a matter before anybody is asked; it stays to be read with the reason. Safe to try twice.

    Refused: no reason, one that tells of a person, a matter that was put to those who decide.
    """
    require(by, policy.RAISE_MATTER, matter.place)
    if Matter.objects.filter(id=matter.id, state=Matter.State.WITHDRAWN).exists():
        return matter
    matter = lock_raised(matter)
    why = why.strip()
    if not why or len(why) > 200 or not why.isprintable():
        raise Refused("reason.missing", "请写一句原因，最多{most}个字。", most=200)
    if personal_pieces(why):
        raise Refused("matter.why-private", "这句原因大家都看得到，不要写电话、证件号、车牌和门牌号。")
    matter.state, matter.withdrawn_why, matter.withdrawn_at = Matter.State.WITHDRAWN, why, clock.now()
    matter.save(update_fields=["state", "withdrawn_why", "withdrawn_at"])
    note(
        "matter.withdrawn",
        by=by,
        subject_kind="matter",
        subject=matter.id,
        place=matter.place_id,
        public={},
        commitments={"reason": why},
        thread=matter.thread_id,
    )
    return matter


def lock_raised(matter: Matter) -> Matter:
    """The matter as it is now, held; refused once it was put to those who decide, or withdrawn."""
    matter = Matter.objects.select_for_update(of=("self",)).select_related("place").get(id=matter.id)
    if matter.state == Matter.State.WITHDRAWN:
        raise Refused("matter.withdrawn", "这件事已经撤回了。要办，请重新提一件。")
    if matter.state != Matter.State.RAISED:
        raise Refused("matter.asked", "这件事已经请业主表态了，不能再改，也不能撤回。")
    return matter


def require_own_bodies(place: Place, *bodies: Organisation | None) -> None:
    """Refuse a body of another community."""
    if any(body is not None and body.community_id != place.community_id for body in bodies):
        raise Refused("matter.body-elsewhere", "牵头、办事和监督的组织都要是本社区的。请重新选。")


def require_words(title: str, words: str) -> None:
    """Refuse a matter that says nothing, and a title that the notice of its result could not carry."""
    if not title.strip() or not words.strip():
        raise Refused("matter.no-words", "请写下题目，和为什么要办这件事。")
    impersonal(title)
