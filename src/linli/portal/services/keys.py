"""Keys of programs: given, counted, taken back."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from linli.accounts.services import spend
from linli.community.models import Place
from linli.community.policy import require
from linli.portal.models import ApiKey
from linli.portal.policy import GIVE_KEYS
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.errors import Forbidden, Refused

#: What every secret begins with, so that one that has strayed into a text is known for what it is.
MARK = "linli_"
#: Requests of one key in one minute.
A_MINUTE = 300


@transaction.atomic
def give_api_key(*, community: Place, name: str, scopes: Sequence[str], by: Acting) -> tuple[ApiKey, str]:
    """A new key to the community, and its secret, which is never shown again.

    Refused: no name, no scope or an unknown one.
    """
    require(by, GIVE_KEYS, community)
    name = " ".join(name.split())
    if not 1 <= len(name) <= 60:
        raise Refused("api-key.name", "请写明给哪个程序用、谁来管，最多{most}个字。", most=60)
    if not scopes or not set(scopes) <= set(ApiKey.Scope.values):
        raise Refused("api-key.scopes", "请选这把钥匙能读什么。")
    secret = MARK + secrets.token_urlsafe(24)
    key = ApiKey.objects.create(
        community=community, name=name, secret_sha256=hash_of_key(secret), scopes=sorted(scopes), made_by_id=by.person
    )
    note("api-key.given", by=by, subject_kind="api_key", subject=key.id, internal={"scopes": key.scopes})
    return key, secret


@transaction.atomic
def end_api_key(*, key: ApiKey, by: Acting) -> ApiKey:
    """Take a key back: from now on it opens nothing. Taking it back twice changes nothing."""
    require(by, GIVE_KEYS, key.community)
    key = ApiKey.objects.select_for_update(of=("self",)).select_related("community").get(id=key.id)
    if key.ended_at is None:
        key.ended_at = clock.now()
        key.save(update_fields=["ended_at"])
        note("api-key.ended", by=by, subject_kind="api_key", subject=key.id)
    return key


def spend_api_key(*, secret: str, scope: str) -> ApiKey:
    """The key of a request, counted; refused where it is unknown or ended, may not do this, or asks too often."""
    key = ApiKey.objects.select_related("community").filter(secret_sha256=hash_of_key(secret), ended_at=None).first()
    if key is None:
        raise Forbidden("api-key.unknown", "这把钥匙打不开。请向社区要一把新的。")
    if scope not in key.scopes:
        raise Forbidden("api-key.scope", "这把钥匙不能读这一类。请让社区另开一把。")
    spend("api", key.id, most=A_MINUTE, within=timedelta(minutes=1))
    ApiKey.objects.filter(id=key.id).exclude(used_on=clock.today()).update(used_on=clock.today())
    return key


def hash_of_key(secret: str) -> str:
    """What is kept of a secret: its SHA-256; it has 192 random bits, so no salt is needed."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
