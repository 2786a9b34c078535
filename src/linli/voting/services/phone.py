"""A word given on one's own phone, and naming the co-owner who speaks for the home."""

from uuid import UUID

from django.db import transaction

from linli.community.models import Person
from linli.files.models import File
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.errors import Refused
from linli.voting import policy
from linli.voting.models import Drive, Seat, Voice, VoterNaming
from linli.voting.queries.words import words_of
from linli.voting.services.words import (
    lock_drive_for_voices,
    lock_seat,
    require_open,
    stand_anew,
    take_in,
    what_was_said,
)

#: What can be said on a phone: nobody spoils a slip there.
CHOICES = (Voice.Choice.YES, Voice.Choice.NO, Voice.Choice.ABSTAIN)


@transaction.atomic
def give_voice(
    *, seat: Seat, choice: str, by: Acting, objection: bool = False, signature: File | None = None, typed_name: str = ""
) -> Voice:
    """One owner's word for their home, under a drawn signature or, where nothing can be drawn, their typed name.

    It takes the place of their own earlier word on the phone, never of a slip or a co-owner's word: where these say
    something else, the seat is in conflict. Saying the same again changes nothing. Refused: whoever is not on the
    frozen list for this home, any word after the deadline, no signature, a name that is not theirs.
    """
    drive = lock_drive_for_voices(drive_of(seat))
    seat = lock_seat(drive, seat.id)
    author = Person.objects.get(id=policy.require_speaker(by, seat))
    require_open(drive)
    if choice not in CHOICES or seat.excluded:
        raise Refused("voice.no-such-choice", "请选：同意、不同意，或者暂不表态。")
    require_signed(author, signature, typed_name)
    before = Voice.objects.filter(seat=seat, author=author, channel=Voice.Channel.PHONE, replaced_by=None).first()
    if before in words_of([seat])[seat.id].said and (before.choice, before.objection) == (choice, objection):
        return before
    voice = Voice(
        community_id=seat.community_id,
        drive=drive,
        seat=seat,
        choice=choice,
        objection=objection,
        channel=Voice.Channel.PHONE,
        author=author,
        signature=signature,
        typed_name="" if signature else spelled(typed_name),
        replaces=before,
    )
    take_in(drive, seats=[seat], voices=[voice], by=by)
    note(
        "voice.given",
        by=by,
        subject_kind="drive",
        subject=drive.id,
        internal={"channel": voice.channel},
        commitments={"voices": what_was_said([voice])},
        thread=drive.thread,
    )
    return voice


@transaction.atomic
def name_voter(*, seat: Seat, voter: Person | None, by: Acting) -> VoterNaming:
    """One co-owner's word that ``voter`` speaks for the home; None takes it back. It holds once all others say so.

    Refused: whoever is not on the list for this home, somebody who is not, and everything after the deadline.
    """
    drive = lock_drive_for_voices(drive_of(seat))
    seat = lock_seat(drive, seat.id)
    person = policy.require_speaker(by, seat)
    require_open(drive)
    if voter is not None and voter not in seat.entitled.all():
        raise Refused("voter.not-an-owner", "能代表这一户的，要是名单上的业主。请重新选。")
    naming = VoterNaming.objects.create(community_id=seat.community_id, seat=seat, person_id=person, voter=voter)
    stand_anew(drive, seats=[seat], by=by)
    note("voter.named", by=by, subject_kind="drive", subject=drive.id)
    return naming


def drive_of(seat: Seat) -> UUID:
    """The drive that a seat belongs to."""
    return Drive.objects.values_list("id", flat=True).get(electorate=seat.electorate_id)


def require_signed(author: Person, signature: File | None, typed_name: str) -> None:
    """Refuse a word that nothing ties to the person on the list."""
    if signature is None and not typed_name.strip():
        raise Refused("voice.not-signed", "请签上您的名字再交。")
    if signature is None and spelled(typed_name) != spelled(author.name):
        raise Refused("voice.name-differs", "打的名字和名单上的不一样。请打名单上的姓名；名单写错了，请找社区改。")


def spelled(name: str) -> str:
    """A name without the spaces that people put between its characters."""
    return "".join(name.split())
