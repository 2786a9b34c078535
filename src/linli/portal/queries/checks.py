"""Whether an affair's record is still as it was written."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy, pgettext_lazy

from linli.matters.models import Matter
from linli.matters.policy import can_read
from linli.record.acting import Acting
from linli.record.models import Event, Thread
from linli.record.queries import Proof, events_of, openings, promises_of, proof_file, proofs_of, thread_for
from linli.rules.errors import Refused
from linli.rules.logbook import verify_proof

#: What each step of an affair is called on its page; a step that has no word yet is called a step.
STEPS = {
    "matter.raised": pgettext_lazy("done", "提出这件事"),
    "matter.put": gettext_lazy("交给业主表态"),
    "matter.decided": gettext_lazy("这件事有了结果"),
    "drive.opened": gettext_lazy("名单定下，开始表态"),
    "drive.closed": gettext_lazy("表态截止"),
    "drive.decided": gettext_lazy("计票结果"),
    "shares.planned": gettext_lazy("写明费用怎么分摊"),
    "count.differed": gettext_lazy("两种算法的计票对不上，请人查对"),
    "thread.merged": gettext_lazy("另一件事并进来"),
}


@dataclass(frozen=True, slots=True)
class Check:
    """Whether an affair's record is as it was written.

    ``places`` says where each event stands in its log; one that is not there waits. ``is_whole``: every proof holds,
    and what the affair says today is what was said when it was raised. ``matter`` only for who may read it.
    """

    thread: Thread
    events: Sequence[Event]
    places: dict[UUID, int]
    proofs: Sequence[Proof]
    is_whole: bool
    matter: Matter | None

    @property
    def waiting(self) -> int:
        """How many events have no place in their log yet."""
        return len(self.events) - len(self.places)


def check_of(thread_id: UUID, viewer: Acting | None) -> Check:
    """The check of an affair, worked out anew: anybody may ask for it, whoever may read the affair itself."""
    thread = thread_for(thread_id)
    events = list(events_of(thread.id))
    proofs = proofs_of(events)
    matter = Matter.objects.select_related("thread").filter(thread=thread.id).first()
    return Check(
        thread=thread,
        events=events,
        places={leaf.event: leaf.index for proof in proofs for leaf in proof.leaves},
        proofs=proofs,
        is_whole=all(holds(proof) for proof in proofs) and (matter is None or is_as_raised(matter, events)),
        matter=matter if matter is not None and can_read(viewer, matter) else None,
    )


def holds(proof: Proof) -> bool:
    """Whether a proof holds, by the rules that anybody runs at home."""
    try:
        verify_proof(json.loads(json.dumps(proof_file(proof))))
    except Refused:
        return False
    return True


def is_as_raised(matter: Matter, events: Sequence[Event]) -> bool:
    """Whether the matter's title and words are those that its first event binds to; what was erased says nothing."""
    raised = next((event for event in events if event.name == "matter.raised" and event.subject == matter.id), None)
    if raised is None:
        return True
    said = {row["field"]: row["value"] for row in openings("", [raised.id]).get(raised.id, [])}
    return said.get("title", matter.title) == matter.title and said.get("words", matter.words) == matter.words


def proof_of_thread(found: Check, *, epoch: str = "") -> dict[str, Any]:
    """The affair's proof as ``linli verify`` reads it, from its last log or from that of ``epoch``.

    What was bound to is opened for who may read the affair; what has no place in the log yet is promised, signed.
    """
    opened = [event.id for event in found.events] if found.matter is not None else []
    waiting = [event for event in found.events if event.id not in found.places]
    promises = {"promises": [promise.note for promise in promises_of(waiting)]}
    proofs = [proof for proof in found.proofs if not epoch or str(proof.log.epoch) == epoch]
    return {**proof_file(proofs[-1], open_too=opened), **promises} if proofs else promises
