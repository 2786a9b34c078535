"""接龙: what a chat chain says becomes intentions, home by home; what cannot be read waits for those who knock.

An intention is never a voice: nothing here touches a seat, a voice or a total.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import Max

from linli.record.acting import Acting
from linli.record.sealed import open_sealed, put_sealed
from linli.record.services import note
from linli.rules.chain import Entry, Work, read_chain
from linli.rules.errors import Forbidden, Refused
from linli.voting import policy
from linli.voting.models import ChainLine, ChainPaste, Drive, Intention, Seat
from linli.voting.services.conflicts import written
from linli.voting.services.words import require_not_over

READ_AGAIN = 40_000
"""Characters of earlier pastes that are read together with a new one: a town's chain, many times over."""


@transaction.atomic
def paste_chain(*, drive: Drive, text: str, by: Acting) -> ChainPaste:
    """Take in a chain as pasted: what each home says in it, and what a person must look at. Safe to try twice.

    A home that says something else than before changes its intention; what was put down by hand stays until the home
    says something else in the chain. Refused: a text without any line of a chain, and anything once it is decided.
    """
    drive = lock_drive(drive)
    if not policy.can_paste_chain(by, drive):
        raise Forbidden("chain.not-yours", "贴接龙由上门、录入的人和社区办理。")
    require_not_over(drive)
    before = texts_before(drive)
    last = drive.chain_pastes.order_by("-number").first()
    if last is not None and before and before[-1] == text:
        return last
    seats = {seat.short: seat for seat in Seat.objects.filter(electorate=drive.electorate_id, excluded=False)}
    chain = read_chain(*before, text, purpose="intention", doors=list(seats))
    if not chain.entries and not chain.work:
        raise Refused("chain.nothing", "没有读出接龙。请在群里长按接龙，点复制，再整段贴到这里。")
    number = (drive.chain_pastes.aggregate(last=Max("number"))["last"] or 0) + 1
    paste = ChainPaste(community_id=drive.community_id, drive=drive, number=number, by_person_id=by.person)
    put_sealed(paste, "text", text)
    paste.save()
    take_intentions(paste, chain.entries, seats)
    keep_lines(drive, chain.work, seats)
    counts = {"homes": len(chain.entries), "to_look_at": len(chain.work)}
    note("chain.pasted", by=by, subject_kind="drive", subject=drive.id, place=drive.place_id, internal=counts)
    return paste


def lock_drive(drive: Drive) -> Drive:
    """The drive under a lock that lets nobody else paste or settle meanwhile."""
    return Drive.objects.select_for_update(no_key=True, of=("self",)).select_related("place").get(id=drive.id)


def texts_before(drive: Drive) -> list[str]:
    """The latest pastes, older first: as many as can be read again quickly."""
    texts: list[str] = []
    for paste in drive.chain_pastes.order_by("-number"):
        text = open_sealed(paste, "text")
        if sum(map(len, texts)) + len(text) > READ_AGAIN:
            break
        texts.append(text)
    return texts[::-1]


def take_intentions(paste: ChainPaste, entries: Iterable[Entry], seats: Mapping[str, Seat]) -> None:
    """What each home says now; a home that says what it said before is left as it is."""
    there = {intention.seat_id: intention for intention in Intention.objects.filter(drive=paste.drive_id)}
    for entry in entries:
        seat = seats[entry.door]
        intention = there.get(seat.id) or Intention(community_id=paste.community_id, drive_id=paste.drive_id, seat=seat)
        if intention.read == entry.answer.stand:
            continue
        intention.was, intention.stand, intention.read = intention.stand, entry.answer.stand, entry.answer.stand
        intention.paste, intention.by_person = paste, None
        put_sealed(intention, "words", " ".join(word for word in (entry.name, entry.note) if word))
        intention.save()


def keep_lines(drive: Drive, work: Sequence[Work], seats: Mapping[str, Seat]) -> None:
    """The lines that wait: new ones come, those that the chain itself has made clear go; what was settled stays."""
    marks = {mark_of(each): each for each in work}
    drive.chain_lines.filter(state=ChainLine.State.WAITING).exclude(mark__in=marks).delete()
    known = set(drive.chain_lines.values_list("mark", flat=True))
    for mark, each in marks.items():
        if mark not in known:
            reason = each.reason
            line = ChainLine(community_id=drive.community_id, drive=drive, mark=mark, seat=seats.get(each.door))
            line.refusal = {"code": reason.code, "words": reason.words, "facts": reason.facts}
            put_sealed(line, "raw", each.raw)
            line.save()


def mark_of(work: Work) -> str:
    """A fingerprint of a line and its reason, the same however the line is spaced or numbered."""
    line = re.sub(r"^\W*\d{1,4}\s*[.、,:)）]+|\s+", "", work.raw)
    return hashlib.sha256(f"{work.reason.code}\n{line}".encode()).hexdigest()


@transaction.atomic
def settle_chain_line(*, line: ChainLine, seat: Seat | None, stand: str, by: Acting) -> ChainLine:
    """Somebody of the walk, who asked, says which home a line means and what it says. Safe to try twice.

    Refused: no home, or one that is not on the drive's list; no answer; a line that was seen to otherwise.
    """
    drive = lock_drive(line.drive)
    person = policy.require_walk(by, drive)
    line = ChainLine.objects.get(id=line.id)
    if seat is None or seat.electorate_id != drive.electorate_id or seat.excluded:
        raise Refused("chain.choose-door", "请选这一行说的是哪一户；不知道就去群里问一句。")
    if stand not in Intention.Stand.values:
        raise Refused("chain.choose-stand", "请选这一户是什么意思；没问清楚的先放着。")
    if line.state == ChainLine.State.SETTLED and line.seat_id == seat.id:
        return line
    require_waiting(line)
    line.seat, line.state, line.settled_by_id = seat, ChainLine.State.SETTLED, person
    line.save(update_fields=["seat", "state", "settled_by"])
    intention = Intention.objects.filter(drive=drive, seat=seat).first()
    if intention is None:
        intention = Intention(community_id=drive.community_id, drive=drive, seat=seat)
    intention.was, intention.stand = intention.stand, stand
    intention.paste, intention.by_person_id = None, person
    put_sealed(intention, "words", open_sealed(line, "raw"))
    intention.save()
    note("chain-line.settled", by=by, subject_kind="drive", subject=drive.id, place=drive.place_id)
    return line


@transaction.atomic
def set_chain_line_aside(*, line: ChainLine, reason: str, by: Acting) -> ChainLine:
    """A line that says nothing about the matter, for a reason. Safe to try twice. Refused: no reason."""
    drive = lock_drive(line.drive)
    person = policy.require_walk(by, drive)
    line = ChainLine.objects.get(id=line.id)
    if line.state == ChainLine.State.SET_ASIDE:
        return line
    require_waiting(line)
    line.state, line.settled_by_id, line.reason = ChainLine.State.SET_ASIDE, person, written(reason)
    line.save(update_fields=["state", "settled_by", "reason"])
    note("chain-line.set-aside", by=by, subject_kind="drive", subject=drive.id, place=drive.place_id)
    return line


def require_waiting(line: ChainLine) -> None:
    """Refuse to settle a line a second time, otherwise."""
    if line.state != ChainLine.State.WAITING:
        raise Refused("chain.settled", "这一行已经有人处理过了。请刷新页面看看。")
