"""Who is let in anew: what waits for a second pair of eyes, and what somebody reads of their own."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q

from linli.accounts.models import Readmission
from linli.accounts.policy import AGREE_TO_READMISSION, GUARDED
from linli.community.models import Person
from linli.community.policy import require_role
from linli.record import clock
from linli.record.acting import Acting

#: How long what was asked waits for somebody to agree.
WAITS = timedelta(days=3)
#: How long somebody still counts as of the office whose role ended: one of the office can end another's.
LATELY = timedelta(days=30)


def is_of_the_office(person: Person) -> bool:
    """Whether somebody holds a role that needs a second key, or held one lately."""
    return person.roles.filter(Q(until=None) | Q(until__gt=clock.today() - LATELY), kind__in=GUARDED).exists()


def readmissions_waiting(viewer: Acting) -> Sequence[Readmission]:
    """What waits for another of the viewer's office to agree; the oldest first."""
    require_role(viewer, AGREE_TO_READMISSION)
    asked = Readmission.objects.filter(community=viewer.community, state=Readmission.State.ASKED)
    fresh = asked.filter(asked_at__gt=clock.now() - WAITS)
    return list(fresh.select_related("person", "asked_by").order_by("asked_at"))


def readmissions_of(viewer: Acting) -> Sequence[Readmission]:
    """How the viewer was let in anew, the last first: who asked, who agreed, when."""
    mine = Readmission.objects.filter(community=viewer.community, person=viewer.person)
    done = mine.filter(state=Readmission.State.DONE).select_related("asked_by", "agreed_by")
    return list(done.order_by("-ended_at")[:5])
