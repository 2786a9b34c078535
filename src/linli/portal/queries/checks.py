"""Whether an affair's record is still as it was written."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy, pgettext_lazy

from linli.matters.models import Matter
from linli.matters.policy import can_read
from linli.messaging.models import Notice
from linli.messaging.policy import can_read_notice
from linli.messaging.queries import notices_of
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
    "matter.announced": gettext_lazy("结果写成公示"),
    "notice.written": gettext_lazy("写好一份公示"),
    "text.put-up": pgettext_lazy("done", "交给审核"),
    "text.put-up of objection": gettext_lazy("收到一条意见，交给审核"),
    "text.put-up of reply": gettext_lazy("写好一条答复，交给审核"),
    "text.approved": pgettext_lazy("done", "审过，公开"),
    "text.approved of objection": gettext_lazy("一条意见审过，公开"),
    "text.approved of reply": gettext_lazy("一条答复审过，公开"),
    "text.returned": pgettext_lazy("done", "退回修改"),
    "text.returned of objection": gettext_lazy("一条意见退回修改"),
    "text.returned of reply": gettext_lazy("一条答复退回修改"),
    "text.hidden": gettext_lazy("一条意见不再显示"),
    "appeal.decided": gettext_lazy("监督委员会答复了申诉"),
    "notice.posted": gettext_lazy("公示贴在一处门口"),
    "notice.counted": gettext_lazy("每处都贴好，开始算天数"),
    "notice.ended": gettext_lazy("公示满期"),
    "notice.taken-down": gettext_lazy("公示在一处门口撤下"),
    "notice.withdrawn": gettext_lazy("公示撤回"),
    "drive.opened": gettext_lazy("名单定下，开始表态"),
    "drive.closed": gettext_lazy("表态截止"),
    "drive.decided": gettext_lazy("计票结果"),
    "drive.recount_ordered": gettext_lazy("要求重新核对结果"),
    "drive.result_kept": gettext_lazy("核对过，原来的结果没有错"),
    "drive.decided_anew": gettext_lazy("重新核对以后的结果，代替前一次的"),
    "matter.edited": gettext_lazy("改了题目或者内容"),
    "matter.withdrawn": gettext_lazy("撤回这件事"),
    "shares.planned": gettext_lazy("写明费用怎么分摊"),
    "count.differed": gettext_lazy("两种算法的计票对不上，请人查对"),
    "thread.merged": gettext_lazy("另一件事并进来"),
}

#: The steps that bind to what a matter says.
WRITTEN = ("matter.raised", "matter.edited")


def step_of(event: Event) -> str:
    """What the step is called; empty where it has no word. What is done with a text is told by what the text is."""
    found = STEPS.get(f"{event.name} of {event.public.get('of')}", STEPS.get(event.name))
    return "" if found is None else str(found)


@dataclass(frozen=True, slots=True)
class Check:
    """Whether an affair's record is as it was written.

    ``places`` says where each event stands in its log; one that is not there waits. ``is_whole``: every proof holds,
    and what the affair says today is what was said when it was raised, and its notices what was approved. ``matter``
    only for who may read it; ``notices`` are those that hang or hung, with whether this reader may read each.
    ``closed`` are the things whose texts stay shut for this reader.
    """

    thread: Thread
    events: Sequence[Event]
    places: dict[UUID, int]
    proofs: Sequence[Proof]
    is_whole: bool
    matter: Matter | None
    notices: Sequence[tuple[Notice, bool]]
    closed: frozenset[UUID]

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
    notices = [(notice, can_read_notice(viewer, notice)) for notice in notices_of(thread.id)]
    is_said = matter is None or is_as_raised(matter, events)
    is_shut = matter is not None and not can_read(viewer, matter)
    return Check(
        thread=thread,
        events=events,
        places={leaf.event: leaf.index for proof in proofs for leaf in proof.leaves},
        proofs=proofs,
        is_whole=all(holds(proof) for proof in proofs)
        and is_said
        and all(is_as_approved(notice, events) for notice, _ in notices),
        matter=None if is_shut else matter,
        notices=[(notice, may_read) for notice, may_read in notices if notice.review.is_public],
        closed=frozenset(
            [event.subject for event in events]
            if is_shut
            else [notice.id for notice, may_read in notices if not may_read]
        ),
    )


def holds(proof: Proof) -> bool:
    """Whether a proof holds, by the rules that anybody runs at home."""
    try:
        verify_proof(json.loads(json.dumps(proof_file(proof))))
    except Refused:
        return False
    return True


def is_as_raised(matter: Matter, events: Sequence[Event]) -> bool:
    """Whether the matter's title and words are those that it was raised with, or last mended to; what was erased says
    nothing."""
    said = bound_to(WRITTEN, matter.id, events)
    return said.get("title", matter.title) == matter.title and said.get("words", matter.words) == matter.words


def is_as_approved(notice: Notice, events: Sequence[Event]) -> bool:
    """Whether the notice's title is the one that was written, and its text the one that was let through last."""
    if bound_to(("notice.written",), notice.id, events).get("title", notice.title) != notice.title:
        return False
    passed = [
        event.public["sha256"] for event in events if event.subject == notice.review_id and "sha256" in event.public
    ]
    return not notice.review.is_public or not passed or passed[-1] == notice.review.shown_sha256


def bound_to(names: Collection[str], subject: UUID, events: Sequence[Event]) -> Mapping[str, str]:
    """The texts that the subject's last event of these names binds to, where they were not erased."""
    last = next((event for event in reversed(events) if event.name in names and event.subject == subject), None)
    return {} if last is None else {row["field"]: row["value"] for row in openings("", [last.id]).get(last.id, [])}


def proof_of_thread(found: Check, *, epoch: str = "") -> dict[str, Any]:
    """The affair's proof as ``linli verify`` reads it, from its last log or from that of ``epoch``.

    What was bound to is opened for who may read it; what has no place in the log yet is promised, signed.
    """
    opened = [event.id for event in found.events if event.subject not in found.closed]
    waiting = [event for event in found.events if event.id not in found.places]
    promises = {"promises": [promise.note for promise in promises_of(waiting)]}
    proofs = [proof for proof in found.proofs if not epoch or str(proof.log.epoch) == epoch]
    return {**proof_file(proofs[-1], open_too=opened), **promises} if proofs else promises
