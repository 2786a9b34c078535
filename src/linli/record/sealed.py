"""Columns that hold sealed values: written and opened in place, and sealed anew with another key.

A model says ``SealedField()``; nothing else names the columns, so that a change of keys forgets none.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Substr

from linli.record.cipher import FORM, KEY_ID, Cell, present_key_id, seal, unseal
from linli.rules.errors import Refused


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """A column of values sealed by ``record.cipher``, each for its own cell. In the database it is plain bytes."""

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", args, kwargs


def put_sealed(row: models.Model, column: str, value: str) -> None:
    """Set a sealed column of a row that is yet to be saved."""
    setattr(row, column, seal(value, cell_of(row, column)))


def open_sealed(row: models.Model, column: str) -> str:
    """The value of a sealed column, which must hold one. What is another person's goes through a service that logs."""
    return unseal(getattr(row, column), cell_of(row, column))


def cell_of(row: models.Model, column: str) -> Cell:
    """Where a value of the row stands."""
    meta = row._meta
    field = meta.get_field(column)
    assert isinstance(field, SealedField)
    return Cell(meta.db_table, str(field.column), row.pk)


@dataclass(frozen=True, slots=True)
class Resealing:
    """What one round over one column did: how many it sealed anew, how many it cannot open, and where to go on."""

    sealed: int
    closed: int
    last: UUID | None


def sealed_columns() -> list[tuple[type[models.Model], str]]:
    """Every sealed column of the program."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, SealedField)
    ]


@transaction.atomic
def reseal_batch(model: type[models.Model], column: str, *, after: UUID | None, limit: int) -> Resealing:
    """Seal the next rows anew that were sealed with another key than the present one.

    Stopped at any moment and begun again, it goes on where it was: what is left to do is read from the values
    themselves. It changes no fact, so it leaves no event.
    """
    key = Substr(column, len(FORM) + 1, KEY_ID, output_field=models.BinaryField())
    filled = model._default_manager.exclude(**{column: None}).exclude(**{column: b""})
    stale = filled.alias(key=key).exclude(key=present_key_id())
    rows = list((stale.filter(pk__gt=after) if after else stale).select_for_update().order_by("pk")[:limit])
    opened = [row for row in rows if reseal(row, column)]
    model._default_manager.bulk_update(opened, [column])
    return Resealing(len(opened), len(rows) - len(opened), rows[-1].pk if rows else None)


def reseal(row: models.Model, column: str) -> bool:
    """Seal one value anew; False where it does not open, which the log says."""
    try:
        put_sealed(row, column, open_sealed(row, column))
    except Refused:
        return False
    return True
