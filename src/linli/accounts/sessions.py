"""Where sessions are kept: in the database, each with its account, so that one can see and end one's own."""

from datetime import date, datetime
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from linli.accounts.models import Session

#: What a session says of itself: the kind of device, since when, and on which day it was last used.
DEVICE, SINCE, SEEN = "device", "since", "seen"


class SessionStore(DatabaseStore):
    """Django's sessions in the database, with the columns of ``Session``."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast(Session, super().create_model_instance(data))
        row.account_id = data.get(SESSION_KEY)
        row.device = data.get(DEVICE, "")
        row.since = datetime.fromisoformat(data[SINCE]) if SINCE in data else None
        row.seen_on = date.fromisoformat(data[SEEN]) if SEEN in data else None
        return row
