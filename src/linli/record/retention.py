"""How long rows are kept that nobody needs for ever: each app names its own in its policy, ``flows.RETENTION`` all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from linli.record.models import Job


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows of one model that go when their time ``since`` is longer ago than ``time``; ``where`` narrows them.

    ``why`` says what they are kept for until then; docs/operating.md lists every one of them.
    """

    rows: str
    since: str
    time: timedelta
    why: str
    where: Mapping[str, object] = field(default_factory=dict)


KEPT = (
    Kept("record.Answer", "at", timedelta(days=90), "a form or a knock that is sent again gets its first answer"),
    Kept(
        "record.Job",
        "due_at",
        timedelta(days=30),
        "what was done in the background can be looked up; what failed stays until a person has seen to it",
        {"state": Job.State.DONE},
    ),
)
