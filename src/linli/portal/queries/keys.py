"""Reading which keys were given to programs."""

from django.db.models import F, QuerySet

from linli.community.models import Place
from linli.community.policy import require
from linli.portal.models import ApiKey
from linli.portal.policy import GIVE_KEYS
from linli.record.acting import Acting


def keys_of(community: Place, viewer: Acting) -> QuerySet[ApiKey]:
    """The keys of the community, those in force first, then the newest; for those who give them."""
    require(viewer, GIVE_KEYS, community)
    return ApiKey.objects.filter(community=community).order_by(F("ended_at").desc(nulls_first=True), "-made_at")
