"""Who may do what with a matter."""

from linli.community.policy import OFFICE, Action
from linli.matters.models import Matter
from linli.record.acting import Acting

RAISE_MATTER = Action("matter.raise", OFFICE)
ACTIONS = (RAISE_MATTER,)


def can_read(by: Acting | None, matter: Matter) -> bool:
    """Everybody where the matter is open to the net; else whoever belongs to the community."""
    return matter.circle == Matter.Circle.NET or (by is not None and by.community == matter.community_id)
