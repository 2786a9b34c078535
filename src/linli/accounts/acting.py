"""In whose name a request acts: ``request.acting`` for services, ``request.standing`` for pages."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse

from linli.accounts.models import Account, Oversight
from linli.accounts.policy import GUARDED
from linli.accounts.queries import Standing, oversight_of, standings_of
from linli.accounts.sessions import DEVICE, SEEN, SINCE
from linli.record import clock
from linli.record.acting import Acting, ActingRequest

#: Which of several standings the person chose, kept in the session: "<person>:<role>" by their ids.
CHOSEN = "acting_as"
#: When the second key was last turned in this session.
PROVEN = "proven"
#: How long a second key holds: one working day.
A_WORKING_DAY = timedelta(hours=12)


class StandingRequest(ActingRequest):
    """A request that also knows every way its account can act, and the one it acts in now.

    ``locked`` is the standing of the office that was chosen and waits for the second key; until it is turned the
    person acts as the resident they are. ``oversight`` is what an officer from above may count.
    """

    standings: list[Standing]
    standing: Standing | None
    locked: Standing | None
    oversight: Oversight | None


class ActingMiddleware:
    """Sets what ``StandingRequest`` names, once for each request, and remembers the day on which a session is used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        acting_request = cast(StandingRequest, request)
        account = request.user if isinstance(request.user, Account) else None
        acting_request.standings = standings_of(account) if account else []
        acting_request.oversight = oversight_of(account) if account else None
        wanted = chosen(acting_request)
        acting_request.locked = wanted if wanted and is_locked(acting_request, wanted) else None
        acting_request.standing = as_resident(wanted) if acting_request.locked and wanted else wanted
        acting_request.acting = acting_as(acting_request.standing, acting_request.request_id)
        today = clock.today().isoformat()
        if account and request.session.get(SEEN) != today:
            request.session[SEEN] = today
        return self.get_response(request)


def is_locked(request: StandingRequest, standing: Standing) -> bool:
    """Whether the standing needs the second key and it was not turned within a working day; a demo needs none."""
    if settings.DEMO or standing.role is None or standing.role.kind not in GUARDED:
        return False
    proven = request.session.get(PROVEN)
    return not proven or datetime.fromisoformat(proven) + A_WORKING_DAY <= clock.now()


def as_resident(standing: Standing) -> Standing:
    """The same person without the role."""
    return Standing(standing.person, standing.community, None)


def sign_in_browser(request: HttpRequest, account: Account) -> None:
    """Sign the account in in this browser, under a session key that nobody knew before."""
    login(request, account, backend="django.contrib.auth.backends.ModelBackend")
    request.session[DEVICE] = device_of(request.headers.get("User-Agent", ""))
    request.session[SINCE] = clock.now().isoformat()
    request.session.pop(PROVEN, None)


def device_of(agent: str) -> str:
    """What kind of device a browser says it runs on: a word for the system, and "wechat" where it is inside the chat
    app. The browser's own long name is not kept."""
    systems = (("iPhone", "iphone"), ("iPad", "ipad"), ("HarmonyOS", "harmony"), ("Android", "android"))
    desks = (("Windows", "windows"), ("Macintosh", "mac"), ("Linux", "linux"))
    system = next((word for sign, word in (*systems, *desks) if sign in agent), "other")
    return f"{system} wechat" if "MicroMessenger" in agent else system


def chosen(request: StandingRequest) -> Standing | None:
    """The standing that the person chose, else the first they have."""
    wanted = request.session.get(CHOSEN) if request.standings else None
    for standing in request.standings:
        if key_of(standing) == wanted:
            return standing
    return request.standings[0] if request.standings else None


def key_of(standing: Standing) -> str:
    """How the session names a standing."""
    helps = f"helps-{standing.helps.id}" if standing.helps else ""
    return f"{standing.person.id}:{standing.role.id if standing.role else helps}"


def acting_as(standing: Standing | None, request_id: str) -> Acting | None:
    """The value that services receive."""
    if standing is None:
        return None
    role = standing.role
    if standing.helps is not None:
        return Acting(
            community=standing.community.id,
            person=standing.person.id,
            role="helper",
            request_id=request_id,
            helps=standing.helps.id,
        )
    return Acting(
        community=standing.community.id,
        person=standing.person.id,
        role=role.kind if role else "resident",
        role_id=role.id if role else None,
        request_id=request_id,
    )
