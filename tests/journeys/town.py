"""A community with everything that an address can name, and everybody of the cast in front of a browser."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.db.models.functions import Now
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from linli.accounts.models import DoorCode, FamilyHelp
from linli.accounts.services import appoint_officer, claim_door, invite_helper, print_door_codes
from linli.accounts.tokens import token_of
from linli.community.models import Organisation, Place, RegisterImport
from linli.community.services import record_phone
from linli.files.services import store_picture, store_pictures
from linli.matters.models import Matter
from linli.matters.services import put_to_owners, raise_matter, take_stamped_result
from linli.messaging.models import Appeal, Notice, Review
from linli.messaging.services import (
    appeal_text,
    approve_text,
    hide_text,
    keep_channel,
    object_to_notice,
    post_notice,
    try_channel,
    write_notice,
)
from linli.portal.models import ApiKey, Archive
from linli.portal.services import add_blank, give_api_key, make_archive, order_archive
from linli.record import clock
from linli.record.acting import Acting
from linli.record.models import Log, Unsealed
from linli.record.sealing import seal_due
from linli.record.services import run_due
from linli.voting.models import Conflict, LateSlip, Seat, Stack, Voice
from linli.voting.services import (
    Slip,
    attach_photos,
    decide_drive,
    enter_slips,
    give_voice,
    hold_slips,
    judge_late_slip,
    start_stack,
)
from tests import cast
from tests.journeys import papers
from tests.web.blanks import xlsx_of


@dataclass(frozen=True)
class Town:
    """One community, its people in their browsers by who they are, and what its addresses can name.

    ``ids`` is everything that stands in each place of an address, what it most often names first. ``named`` is what a
    line of the table names by a word: ``<matter_id:decided>``.
    """

    community: Place
    members: dict[str, cast.Member]
    browsers: dict[str, Client]
    ids: dict[str, Sequence[object]]
    named: dict[str, object]


#: A gateway that is never called.
SMS = {"url": "https://sms.example.cn/send", "key_id": "us", "secret": "nobody reads this"}
#: No town has it: a secret that nobody holds, a second key that nobody keeps.
NOTHING = UUID("00000000-0000-7000-8000-000000000000")
#: When the matter that is decided was put to the owners.
LONG_AGO = timedelta(days=10)


def build_town(street: str = "桃园街道") -> Town:
    """A community, of the same name in any street: its compound with one matter that was decided and one that is asked,
    each with its slips; a home whose paper and phone differ; a notice with what was said against it; what the office
    has taken in, made and given out; a claim that waits, a help."""
    then = clock.now() - LONG_AGO
    with clock.told_at(then):
        at = cast.community(town=street)
        compound = cast.compound(at)
        members = members_of(at, compound)
    decided = decide_matter(compound, members, then)
    asked = ask_owners(compound, members, "给聚鑫园加装一部电梯", closes_at=clock.now() + timedelta(days=14))
    hand_in(asked, members)
    voice = differ(asked, members["owner"])
    notice = hang_notice(compound, members)
    office = hand_out(at, compound, members)
    browsers = {"nobody": Client(), **{who: cast.signed_in(member) for who, member in members.items()}}
    made = invite_helper(elder=members["owner"].person, name="陈小军", kin="child", by=members["owner"].by)
    browsers |= {"helper": helper_of(made), "officer": officer_of(at)}
    record_phone(person=members["owner"].person, phone="13800138000", by=members["owner"].by)
    print_door_codes(place=compound, by=members["clerk"].by)
    code = DoorCode.objects.filter(community=at).order_by("dwelling__sort_key")[0]
    claim = claim_door(token=token_of(code), name="于慧敏", relation="owner", secret=f"a phone in {street}")
    seal_all()
    browsers["program"] = Client(headers={"authorization": f"Bearer {office.secret}"})
    drives = [asked.drive, decided.drive]
    stamped = take_stamped_result(
        matter=decided, photo=SimpleUploadedFile("盖章.jpg", papers.photo("章")), by=members["secretary"].by
    )
    by = members["secretary"].by
    channel = keep_channel(community=at, kind="sms", title="短信", told=SMS, by=by)
    tried = try_channel(channel=channel, address="13800001234", by=by)
    ids: dict[str, Sequence[object]] = {
        "matter_id": [asked.id, decided.id],
        "thread_id": [asked.thread_id, decided.thread_id, notice.thread_id],
        "log_id": rows(Log, at),
        "drive_id": [drive.id for drive in drives if drive],
        "stack_id": list(Stack.objects.filter(drive__in=drives).order_by("-id").values_list("id", flat=True)),
        "seat_id": [voice.seat_id],
        "voice_id": [voice.id],
        "conflict_id": rows(Conflict, at),
        "slip_id": rows(LateSlip, at),
        "stamped_id": [stamped.id],
        "notice_id": [notice.id],
        "posting_id": list(notice.postings.order_by("position").values_list("id", flat=True)),
        "objection_id": list(notice.objections.order_by("id").values_list("id", flat=True)),
        "review_id": [
            *notice.objections.order_by("-id").values_list("review", flat=True),
            notice.review_id,
        ],
        "appeal_id": rows(Appeal, at),
        "key_id": [office.key.id],
        "archive_id": [office.archive.id],
        "blank_id": [office.blank],
        "import_id": list(RegisterImport.objects.filter(community=at).order_by("-id").values_list("id", flat=True)),
        "draft_id": [office.draft],
        "place_id": [compound.id],
        "position": [1],
        "number": [1],
        "secret": ["nobody-has-this"],
        "token": [token_of(code)],
        "claim_id": [claim.id],
        "dwelling_id": [code.dwelling_id],
        "help_id": [made.id],
        "factor_id": [NOTHING],
        "weixin_id": [NOTHING],
        "person_id": [members["owner"].person.id],
        "kind": ["notice"],
        "subject_id": [notice.id],
        "channel_id": [channel.id],
        "delivery_id": list(tried.deliveries.values_list("id", flat=True)),
    }
    named = {
        "matter_id:decided": decided.id,
        "drive_id:decided": decided.drive_id,
        "review_id:hidden": ids["review_id"][1],
    }
    return Town(at, members, browsers, ids, named)


def rows(model: type[Model], at: Place) -> list[object]:
    """The ids of all of one kind that belong to a community."""
    return list(model._default_manager.filter(community=at.id).order_by("id").values_list("id", flat=True))


def members_of(at: Place, compound: Place) -> dict[str, cast.Member]:
    """Who has a browser of their own."""
    return {
        "owner": cast.owner(compound),
        "neighbour": cast.neighbour(compound),
        "tenant": cast.tenant(compound),
        "idle leader": cast.idle_leader(compound),
        "collector": cast.collector(compound),
        "clerk": cast.clerk(at),
        "secretary": cast.secretary(at),
        "director": cast.director(at),
        "supervisor": cast.supervisor(at),
    }


def ask_owners(compound: Place, members: dict[str, cast.Member], title: str, *, closes_at: datetime) -> Matter:
    """A matter of the compound, put to its owners."""
    by = members["secretary"].by
    assert compound.community is not None
    body = Organisation.objects.filter(community=compound.community, name__endswith="党委").first()
    matter = raise_matter(
        place=compound,
        title=title,
        words="48级露天台阶。",
        pack_id="cn.tianjin.lift",
        convener=body or cast.organisation(compound.community),
        decider="每个单元的业主",
        building_facts={"storeys": 8, "has_lift": True},
        cost=57_600_000,
        circle=Matter.Circle.RESIDENTS,
        by=by,
    )
    put_to_owners(
        matter=matter,
        closes_at=closes_at,
        collectors=[members["collector"].person],
        clerks=[members["clerk"].person],
        share_method="area",
        share_reason="按面积",
        by=by,
    )
    matter.refresh_from_db()
    return matter


def hand_in(matter: Matter, members: dict[str, cast.Member], door: str = "2-602") -> None:
    """A stack of one slip, with its photo."""
    by, drive = members["clerk"].by, matter.drive
    assert drive is not None
    collector = members["collector"].person
    stack = start_stack(drive=drive, collector=collector, witness="郝素琴", collected_on=clock.today(), by=by)
    seat = Seat.objects.get(electorate=drive.electorate_id, short=door)
    enter_slips(stack=stack, slips=[Slip(seat=seat.id, choice="yes", position=1)], by=by)
    shot = [SimpleUploadedFile("1.jpg", papers.photo(door))]
    attach_photos(stack=stack, files=store_pictures(by=by, uploads=shot), by=by)


def decide_matter(compound: Place, members: dict[str, cast.Member], then: datetime) -> Matter:
    """A matter that was decided, with a slip that came late and was sent back."""
    with clock.told_at(then):
        matter = ask_owners(compound, members, "给聚鑫园换一道大门", closes_at=then + timedelta(days=7))
        hand_in(matter, members, "1-401")
    drive, by = matter.drive, members["clerk"].by
    assert drive is not None
    with clock.told_at(then + timedelta(days=7, hours=1)):
        run_due()
        collector = members["collector"].person
        stack = start_stack(drive=drive, collector=collector, witness="", collected_on=None, by=by)
        seat = Seat.objects.get(electorate=drive.electorate_id, short="3-503")
        (late,) = hold_slips(stack=stack, slips=[Slip(seat.id, "yes", 1, signer="方雅珍")], by=by)
        judge_late_slip(slip=late, admit=False, reason="看不出哪天填的", by=by)
    with clock.told_at(then + timedelta(days=8)):
        decide_drive(drive=drive, by=members["secretary"].by)
        run_due()
    matter.refresh_from_db()
    return matter


def differ(matter: Matter, owner: cast.Member) -> Voice:
    """The owner's own word under a signature, which is another than the slip's."""
    assert matter.drive is not None
    seat = Seat.objects.get(electorate=matter.drive.electorate_id, short="2-602")
    signature = store_picture(upload=SimpleUploadedFile("签名.jpg", papers.photo("陈")), by=owner.by)
    return give_voice(seat=seat, choice="no", signature=signature, by=owner.by)


def hang_notice(compound: Place, members: dict[str, cast.Member]) -> Notice:
    """A notice on every door, with a photo of it, and two things that the owner has said against it: one was hidden,
    which she appeals, and one waits."""
    desk, owner = members["secretary"].by, members["owner"].by
    assert compound.community is not None
    notice = write_notice(
        place=compound,
        title="停水公示",
        text="6月20日停水一天。",
        issuer=Organisation.objects.get(community=compound.community, name__endswith="党委"),
        days=3,
        contact="社区服务站",
        by=desk,
    )
    approve(notice.review, desk)
    for posting in notice.postings.all():
        shot = SimpleUploadedFile("门.jpg", papers.photo(posting.label))
        post_notice(posting=posting, photo=store_picture(upload=shot, by=desk), by=desk)
    hidden = object_to_notice(notice=notice, text="早上要用水。", named=True, by=owner).review
    approve(hidden, desk)
    hide_text(review=hidden, reason=Review.Reason.PRIVACY, words="写了别人家的事。", by=desk)
    appeal_text(review=hidden, words="没有写别人家的事。", by=owner)
    object_to_notice(notice=notice, text="晚上也要用水。", named=True, by=owner)
    return notice


def approve(review: Review, by: Acting) -> None:
    approve_text(review=review, seen=review.fingerprint, by=by)


@dataclass(frozen=True)
class HandedOut:
    """What the office keeps: a program's key and its secret, an archive, a blank, a register on its way in."""

    key: ApiKey
    secret: str
    archive: Archive
    blank: UUID
    draft: UUID


def hand_out(at: Place, compound: Place, members: dict[str, cast.Member]) -> HandedOut:
    """Everything that the office takes in, makes and gives out; the archive has people in it, for the secretary."""
    desk, clerk = members["secretary"].by, members["clerk"].by
    key, secret = give_api_key(community=at, name="街道的统计表", scopes=list(ApiKey.Scope.values), by=desk)
    today = clock.today()
    archive = order_archive(
        community=at, theme="deliberation", since=today, until=today, masked=False, reason="审计", by=desk
    )
    make_archive(archive.id)
    blank = add_blank(
        community=at,
        title="房屋名册",
        source="register",
        upload=SimpleUploadedFile("名册.xlsx", xlsx_of(["{{小区}}房屋名册"])),
        by=clerk,
    )
    sheet = cast.register((3, "301", "62.48", "高永福", "是", "高永福"), (9, "", "", "", "", ""))
    draft = cast.read_in(compound, sheet, clerk)
    return HandedOut(key, secret, archive, blank.id, draft.id)


def seal_all() -> None:
    """The day is over: what was written on it stands in the public log."""
    Unsealed.objects.update(due_at=Now())
    while seal_due():
        pass


def helper_of(made: FamilyHelp) -> Client:
    """The helper's browser, in which the invitation was taken up."""
    browser = Client()
    assert browser.post(f"/h/{token_of(made)}").status_code == 302
    return browser


def officer_of(at: Place) -> Client:
    """An officer of the community's street, come in by a link."""
    assert at.parent is not None
    _, secret = appoint_officer(place=at.parent, name="方志远", title="街道干部", by=Acting.system(None))
    browser = Client()
    assert browser.post(f"/s/{secret}").status_code == 302
    return browser


def routes() -> list[str]:
    """Every route of the program, as its address is written; the parts of pages at /design are no part of it."""

    def walk(patterns: Sequence[URLPattern | URLResolver], before: str) -> Iterator[str]:
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
            else:
                yield "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", route)

    return [route for route in walk(get_resolver().url_patterns, "") if not route.startswith("/design")]


def addresses_of(route: str, ids: Mapping[str, Sequence[object]]) -> Iterator[str]:
    """The route's addresses: each of its places takes everything known in turn, while the others hold their first."""
    names = re.findall(r"<(\w+)>", route)
    first = [ids[name][0] for name in names]
    filled = [first, *([*first[:n], each, *first[n + 1 :]] for n, name in enumerate(names) for each in ids[name][1:])]
    for values in filled:
        left = iter(values)
        yield re.sub(r"<\w+>", lambda _: str(next(left)), route)  # noqa: B023


def address_of(line: str, town: Town) -> str:
    """The one address of a line of the table: each place by its first, or by the word that the line says."""
    return re.sub(r"<([\w:]+)>", lambda found: str(town.named.get(found[1]) or town.ids[found[1]][0]), line)


def route_of(line: str) -> str:
    """The route of a line of the table."""
    return re.sub(r"<(\w+)(?::\w+)?>", r"<\1>", line)
