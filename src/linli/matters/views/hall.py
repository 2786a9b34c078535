"""议事厅: the list of matters."""

from collections.abc import Iterable

from django.urls import reverse

from linli.matters.models import Matter
from linli.matters.queries import station
from linli.web import parts


def matter_rows(matters: Iterable[Matter]) -> list[parts.Row]:
    """The list of the hall."""
    rows = []
    for matter in matters:
        state, word = station(matter)
        note = parts.numbered(matter.number, matter.place.name)
        rows.append(
            parts.Row(
                matter.title, note, reverse("matters:matter", args=[matter.id]), icon="talk", state=state, word=word
            )
        )
    return rows
