"""``/api/v1/places``: the tree of a community's places, without doors and people."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from linli.community.models import Place
from linli.community.queries import find_place, places_in_order
from linli.community.schemas import PlaceOut
from linli.record.acting import actor
from linli.web.faults import FAULTS

router = Router(tags=["places"])


def place_out(place: Place) -> PlaceOut:
    parent = place.parent_id if place.kind != Place.Kind.COMMUNITY else None
    return PlaceOut.model_validate(
        {"id": place.id, "kind": place.kind, "name": place.name, "parent": parent, "area_code": place.area_code}
    )


@router.get("", response={200: list[PlaceOut], **FAULTS}, operation_id="list_places", summary="Places, above first")
def list_places(
    request: HttpRequest, limit: int = Query(100, ge=1, le=500), offset: int = Query(0, ge=0, le=1_000_000)
) -> list[PlaceOut]:
    return [place_out(place) for place in places_in_order(actor(request))[offset : offset + limit]]


@router.get("/{uuid:place_id}", response={200: PlaceOut, **FAULTS}, operation_id="read_place", summary="One place")
def read_place(request: HttpRequest, place_id: UUID) -> PlaceOut:
    return place_out(find_place(place_id, actor(request)))
