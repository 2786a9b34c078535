"""What a register would change: its rows compared with what is known, before anything is written."""

from linli.community.queries.intake.batches import Batch, Change, Intake
from linli.community.queries.intake.planning import intake_batches, plan_intake
from linli.community.queries.intake.preview import (
    Preview,
    Work,
    draft_for,
    imports_of,
    left_out_of,
    preview_in,
    reading_in,
    work_on,
)

__all__ = [
    "Batch",
    "Change",
    "Intake",
    "Preview",
    "Work",
    "draft_for",
    "imports_of",
    "intake_batches",
    "left_out_of",
    "plan_intake",
    "preview_in",
    "reading_in",
    "work_on",
]
