"""A register on its way in, between the clerk and the worker: held, acted for, and how far the work on it is."""

import base64
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from django.db import connections

from linli.community.adapters.registers import Progress
from linli.community.models import RegisterDraft
from linli.community.queries.intake.preview import TABLE, opened
from linli.record.acting import Acting
from linli.record.cipher import Cell, seal
from linli.rules.errors import Refused


def sealed(draft: UUID, column: str, content: bytes) -> bytes:
    """Bytes, sealed for a column of a draft."""
    return seal(base64.b64encode(content).decode(), Cell(TABLE, column, draft))


def sealed_order(draft: UUID, *, choices: Mapping[str, object], by: Acting) -> bytes:
    """What the worker is to do with a draft and in whose role, sealed into its ``order``."""
    role_id = str(by.role_id) if by.role_id else None
    order = {**choices, "role": by.role, "role_id": role_id, "request_id": by.request_id}
    return sealed(draft, "order", json.dumps(order).encode())


def order_in(draft: RegisterDraft) -> tuple[Acting, Mapping[str, Any]]:
    """Who said what is to be done, in the role they had, and what they chose."""
    order = json.loads(opened(draft, "order"))
    by = Acting(
        community=draft.community_id,
        person=draft.by_person_id,
        role=order["role"],
        role_id=UUID(order["role_id"]) if order["role_id"] else None,
        request_id=order["request_id"],
    )
    return by, order


def refuse_draft(draft: RegisterDraft, state: RegisterDraft.State, refused: Refused) -> None:
    """Write on a draft that is yet to be saved why the work on it ended."""
    draft.state = state
    draft.refusal = {"code": refused.code, "words": refused.words, "facts": dict(refused.facts)}


def locked(draft: UUID) -> RegisterDraft:
    """The draft, held; refused where it is gone."""
    try:
        return RegisterDraft.objects.select_for_update(no_key=True, of=("self",)).select_related("place").get(id=draft)
    except RegisterDraft.DoesNotExist:
        raise draft_gone() from None


def draft_gone() -> Refused:
    """The refusal where a draft is not there any more."""
    return Refused("register.draft-gone", "这份预览已经不在了，一份预览只留一天。请重新选文件。")


class ProgressBeside(AbstractContextManager[Progress]):
    """Says how far the work is, by a connection of its own: nobody sees what its transaction writes before its end."""

    def __init__(self, draft: UUID) -> None:
        self.draft = draft
        self.beside = connections.create_connection("default")

    def __enter__(self) -> Progress:
        return self.say

    def say(self, done: int, total: int) -> None:
        with self.beside.cursor() as cursor:
            cursor.execute(
                "insert into community_registerprogress (id, community_id, draft_id, done, total)"
                " select id, community_id, id, %s, %s from community_registerdraft where id = %s"
                " on conflict (draft_id) do update set done = excluded.done, total = excluded.total",
                [done, total, self.draft],
            )

    def __exit__(self, *_: object) -> None:
        self.beside.close()
