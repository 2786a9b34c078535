"""``/api/v1/matters`` and ``/api/v1/results``: what is being decided, and what was; counts per unit, no voices."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from linli.matters.models import Matter
from linli.matters.queries import for_community, matter_for
from linli.matters.schemas import MatterOut, ResultOut
from linli.record.acting import actor
from linli.rules.errors import Refused
from linli.voting.queries import Decision, decisions_of, progress_of, recount_under_way
from linli.web.faults import FAULTS

router = Router(tags=["matters"])
results = Router(tags=["results"])


def matter_out(matter: Matter) -> MatterOut:
    drive = matter.drive
    return MatterOut.model_validate(
        {
            "id": matter.id,
            "number": matter.number,
            "title": matter.title,
            "words": matter.words,
            "place": matter.place_id,
            "rule": matter.pack,
            "convener": matter.convener.name,
            "decider": matter.decider,
            "carrier": matter.carrier and matter.carrier.name,
            "supervisor": matter.supervisor and matter.supervisor.name,
            "circle": matter.circle,
            "state": matter.state,
            "raised_at": matter.raised_at,
            "opened_at": drive and drive.opened_at,
            "closes_at": drive and drive.closes_at,
            "decided_at": drive and drive.decided_at,
        }
    )


@router.get("", response={200: list[MatterOut], **FAULTS}, operation_id="list_matters", summary="Matters, newest first")
def list_matters(
    request: HttpRequest, limit: int = Query(50, ge=1, le=200), offset: int = Query(0, ge=0, le=1_000_000)
) -> list[MatterOut]:
    matters = for_community(actor(request)).select_related("carrier", "supervisor")
    return [matter_out(matter) for matter in matters[offset : offset + limit]]


@router.get("/{uuid:matter_id}", response={200: MatterOut, **FAULTS}, operation_id="read_matter", summary="One matter")
def read_matter(request: HttpRequest, matter_id: UUID) -> MatterOut:
    return matter_out(own_matter(request, matter_id))


@results.get(
    "/{uuid:matter_id}",
    response={200: ResultOut, **FAULTS},
    operation_id="read_result",
    summary="A result, by unit",
)
def read_result(request: HttpRequest, matter_id: UUID) -> ResultOut:
    matter = own_matter(request, matter_id)
    drive = matter.drive
    if drive is None or drive.decided_at is None:
        raise Refused("result.not-yet", "这件事还没有结果。")
    counts = [counted(decision) for decision in decisions_of(drive)]
    return ResultOut.model_validate(
        {
            **counts[0],
            "matter": matter.id,
            "rule": drive.pack,
            "looked_into": recount_under_way(drive) is not None,
            "earlier": counts[1:],
        }
    )


def counted(decision: Decision) -> dict[str, object]:
    """One count as somebody reads it who is of no unit and at no work there."""
    progress, recount = progress_of(decision.drive, None, decision.results), decision.recount
    return {
        "number": decision.number,
        "decided_at": decision.at,
        "state": progress.state,
        "ground": recount and recount.ground,
        "reason": recount.reason if recount else "",
        "units": [
            {"name": scope.name, "state": scope.state, "yes": scope.yes, "of": scope.of} for scope in progress.scopes
        ],
    }


def own_matter(request: HttpRequest, matter_id: UUID) -> Matter:
    """A matter of the key's own community; any other, open to the net or not, is as if it were not there."""
    by = actor(request)
    matter = matter_for(by, matter_id)
    if matter.community_id != by.community:
        raise Matter.DoesNotExist
    return matter
