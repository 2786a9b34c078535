"""Counting a drive by hand from nothing but its voices, namings and settlements: shares no code with the program."""

from collections import Counter, defaultdict
from uuid import UUID

from linli.voting.models import Conflict, Drive, ScopeTotals, Seat, Voice, VoterNaming


def said_for(seat: Seat) -> tuple[str, bool]:
    """What counts for a seat ("" for nothing, "conflict"), and whether there is an objection."""
    voices = list(Voice.objects.filter(seat=seat).order_by("id"))
    gone = {voice.replaces_id for voice in voices}
    for conflict in Conflict.objects.filter(seat=seat):
        gone |= {voice.id for voice in conflict.set_aside.all()}
    owners = {person.id for person in seat.entitled.all()}
    names: dict[UUID, object] = {}
    for naming in VoterNaming.objects.filter(seat=seat).order_by("id"):
        names[naming.person_id] = naming.voter_id
    chosen = [
        one
        for one in owners
        if len(owners) > 1 and all(names.get(o) == one for o in owners if o != one) and names.get(one) in {None, one}
    ]
    left = []
    for voice in voices:
        by_another = bool(chosen) and voice.channel == "phone" and voice.author_id != chosen[0]
        if voice.id not in gone and not by_another:
            left.append((voice.choice, voice.objection))
    spoken = [each for each in left if each[0] != "spoiled"] or left
    choices = {choice for choice, _ in spoken}
    answer = "" if not choices else choices.pop() if len(choices) == 1 else "conflict"
    return answer, any(objects for _, objects in spoken)


def assert_totals_are_counted_by_hand(drive: Drive) -> None:
    """Units and heads by what they say, and those that object, in every scope."""
    scopes = defaultdict(list)
    for seat in Seat.objects.filter(electorate=drive.electorate_id).select_related("voice", "conflict"):
        answer, objects = said_for(seat)
        scopes[seat.scope_id].append((seat.head_id, answer, objects))
        pointer = "conflict" if seat.conflict else seat.voice.choice if seat.voice else ""
        assert pointer == answer, seat.label
    for row in ScopeTotals.objects.filter(drive=drive):
        units = Counter(answer for _, answer, _ in scopes[row.scope_id])
        assert row.totals["units"] == [units[each] for each in ("", "yes", "no", "abstain", "spoiled", "conflict")]
        heads: dict[UUID, set[str]] = defaultdict(set)
        objecting = set()
        taking_part = {"yes", "no", "abstain"} | ({"spoiled"} if row.totals["spoiled_participates"] else set())
        for head, answer, objects in scopes[row.scope_id]:
            heads[head] |= {answer} & taking_part
            objecting |= {head} if objects else set()
        kinds = Counter(
            "silent" if not its else its.copy().pop() if len(its) == 1 else "differing" for its in heads.values()
        )
        for kind in ("yes", "no", "abstain", "spoiled", "differing", "silent"):
            assert row.totals["heads"][kind] == kinds[kind], kind
        assert row.totals["heads"]["objecting"] == len(objecting)
