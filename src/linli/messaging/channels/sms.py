"""A gateway for short messages over signed HTTPS, a batch a request.

One form for many gateways: a POST of JSON, signed; the answer's own code is what counts, never the status alone. How it
is signed, the names of fields and the codes are data (``README.md`` lists them). Only what the gateway names by its
key is taken as its answer: what it leaves out, says twice in two ways or says of something else stays unknown.
"""

import email.utils
import hashlib
import hmac
import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import aiohttp

from linli.messaging.channels import Outcome, Parcel, Settings
from linli.messaging.channels.outbound import ClosedAddress, GuardedResolver, require_open_url
from linli.record import clock
from linli.rules.errors import Refused

#: Bytes of an answer that are read at most.
ANSWER_LIMIT = 1_000_000
LONGEST_WAIT = timedelta(days=1)

FIELDS = {"list": "messages", "key": "key", "to": "to", "text": "text"}
ANSWER = {"whole": "code", "list": "results", "key": "key", "code": "code", "receipt": "id"}
HEADERS = {"key": "X-Key-Id", "at": "X-Timestamp", "proof": "X-Signature"}
FINE = ("0", "OK")
BATCH = 500
SIGNING = ("hmac-hex", "hmac-base64", "bearer", "basic")
"""How a request shows who asks: HMAC-SHA256 over time and body, written in one of two ways; or the secret itself, as
RFC 6750 or RFC 7617 has it.
"""
_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")


class Sms:
    """One gateway: where it is, the key it knows us by, and how it names things."""

    def __init__(self, told: Settings) -> None:
        self.url = require_open_url(str(told.get("url", "")))
        self.key_id = str(told.get("key_id", ""))
        self.secret = str(told.get("secret", ""))
        self.signature = str(told.get("signature", ""))
        self.signing = str(told.get("signing", SIGNING[0]))
        self.headers = HEADERS | cast(dict[str, str], told.get("headers", {}))
        self.extra = cast(Mapping[str, str], told.get("extra", {}))
        self.batch = int(str(told.get("batch", BATCH)))
        self.honours_keys = bool(told.get("honours_keys", False))
        self.timeout = float(str(told.get("timeout", 10)))
        self.fields = FIELDS | cast(dict[str, str], told.get("fields", {}))
        self.answer = ANSWER | cast(dict[str, str], told.get("answer", {}))
        self.fine = frozenset(map(str, cast(Sequence[object], told.get("fine", FINE))))
        self._session: aiohttp.ClientSession | None = None
        self.later = frozenset(map(str, cast(Sequence[object], told.get("later", []))))
        if not self.key_id or not self.secret or not 1 <= self.batch <= 1000:
            raise Refused("channel.sms", "请写全网关的网址、账号和密钥，每批1到1000条。")
        names = [*self.fields.values(), *self.answer.values(), *self.extra]
        if not all(map(_HEADER.fullmatch, self.headers.values())) or not all(name.strip() for name in names):
            raise Refused("channel.sms-names", "请求头只能用英文字母、数字和短横线；字段的名字不能空。请照说明书核对。")
        if self.signing not in SIGNING or not (self.key_id + self.secret).isprintable() or not self.fine:
            raise Refused("channel.sms-signing", "请选签名方式，写明哪些代码算收下；账号和密钥照服务商给的抄。")

    async def carry(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        """One request for all of them, and what each way of failing says of the parcels."""
        body = self.written(parcels)
        try:
            async with self.session().post(
                self.url, data=body, headers=self.signed(body, parcels), allow_redirects=False
            ) as response:
                status, headers, said = response.status, response.headers, await _at_most(response, ANSWER_LIMIT)
        except aiohttp.ClientConnectorError as fault:
            if isinstance(fault.os_error, ClosedAddress):
                return _all(parcels, Outcome("refused", "address-inside"))
            return _all(parcels, Outcome("throttled", "unreachable"))
        except aiohttp.ConnectionTimeoutError:
            return _all(parcels, Outcome("throttled", "unreachable"))
        except TimeoutError:
            return _all(parcels, Outcome("unknown", "timeout"))
        except (aiohttp.ClientError, OSError):
            return _all(parcels, Outcome("unknown", "cut-off"))
        if status in (429, 503):
            return _all(parcels, Outcome("throttled", f"http-{status}", wait=waiting(headers.get("Retry-After", ""))))
        if 400 <= status < 500:
            return _all(parcels, Outcome("refused", f"http-{status}"))
        if status != 200:
            return _all(parcels, Outcome("unknown", f"http-{status}"))
        return self.read(parcels, said)

    def session(self) -> aiohttp.ClientSession:
        """The connections that are kept open from batch to batch, every name looked up by the guard."""
        if self._session is None:
            connector = aiohttp.TCPConnector(resolver=GuardedResolver(), limit=0)
            timeout = aiohttp.ClientTimeout(total=self.timeout, connect=self.timeout / 2)
            self._session = aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False)
        return self._session

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def written(self, parcels: Sequence[Parcel]) -> bytes:
        """The body of the request."""
        names = self.fields
        lines = [
            {names["key"]: parcel.key, names["to"]: parcel.address, names["text"]: self.signature + parcel.body}
            for parcel in parcels
        ]
        return json.dumps({**self.extra, names["list"]: lines}, ensure_ascii=False).encode()

    def signed(self, body: bytes, parcels: Sequence[Parcel]) -> dict[str, str]:
        """Who asks, when, and the proof of both over the body; a key of the whole request besides each parcel's own."""
        whole = hashlib.sha256("\n".join(parcel.key for parcel in parcels).encode()).hexdigest()
        return {"Content-Type": "application/json", **self.proved(body), "Idempotency-Key": whole}

    def proved(self, body: bytes) -> dict[str, str]:
        """The headers by which the gateway knows us."""
        if self.signing == "bearer":
            return {"Authorization": f"Bearer {self.secret}"}
        if self.signing == "basic":
            return {"Authorization": f"Basic {b64encode(f'{self.key_id}:{self.secret}'.encode()).decode()}"}
        at = str(int(clock.now().timestamp()))
        proof = hmac.digest(self.secret.encode(), at.encode() + b"\n" + body, "sha256")
        written = proof.hex() if self.signing == "hmac-hex" else b64encode(proof).decode()
        return {self.headers["key"]: self.key_id, self.headers["at"]: at, self.headers["proof"]: written}

    def shown(self) -> tuple[str, str]:
        """What a request and an answer that says yes look like, as the provider's own document shows them; whatever
        could be a secret is dots.
        """
        parcel = Parcel("1", "13800001234", "", "……")
        body = json.loads(self.written([parcel])) | dict.fromkeys(self.extra, "……")
        names = self.signed(b"", [parcel])
        head = [f"{name}: {value if name == 'Content-Type' else '……'}" for name, value in names.items()]
        said: dict[str, object] = {}
        line: dict[str, object] = {}
        for within, name, value in (
            (said, self.answer["whole"], min(self.fine)),
            (said, self.answer["list"], [line]),
            (line, self.answer["key"], "1"),
            (line, self.answer["code"], min(self.fine)),
            (line, self.answer["receipt"], "……"),
        ):
            _lay(within, name, value)
        request = "\n".join(["POST ……", *head, "", json.dumps(body, ensure_ascii=False, indent=2)])
        return request, json.dumps(said, ensure_ascii=False, indent=2)

    def read(self, parcels: Sequence[Parcel], said: bytes) -> list[Outcome]:
        """What a 200 says: of all of them at once, or of each by its key."""
        try:
            answer = json.loads(said)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            return _all(parcels, Outcome("unknown", "unreadable"))
        lines = _inside(answer, self.answer["list"])
        code = _inside(answer, self.answer["whole"])
        if not isinstance(lines, list):
            whole = self.judged_whole(answer)
            # A yes to a batch that names nobody is no yes to each.
            named = whole.said != "accepted" or len(parcels) == 1
            return _all(parcels, whole if named else Outcome("unknown", "not-named"))
        if code is not None and str(code) not in self.fine:
            return _all(parcels, self.judged_whole(answer))
        found: dict[str, set[Outcome]] = {}
        for line in lines:
            if isinstance(line, Mapping):
                found.setdefault(str(_inside(line, self.answer["key"])), set()).add(self.judged(line))
        return [_one_of(found.get(parcel.key, set())) for parcel in parcels]

    def judged_whole(self, answer: Mapping[str, object]) -> Outcome:
        """The code of a whole answer: one that asks to come later means all that we send."""
        said = self.judged(answer, "whole")
        return replace(said, wait=timedelta(minutes=1)) if said.said == "throttled" else said

    def judged(self, line: Mapping[str, object], name: str = "code") -> Outcome:
        """One answer's code as an outcome."""
        told = _inside(line, self.answer[name])
        code = "" if told is None else str(told)
        if code in self.fine:
            return Outcome("accepted", receipt=str(_inside(line, self.answer["receipt"]) or "")[:128])
        if code in self.later:
            return Outcome("throttled", code[:64])
        return Outcome("refused", code[:64]) if code else Outcome("unknown", "no-code")


def waiting(retry_after: str) -> timedelta:
    """How long ``Retry-After`` (RFC 9110 §10.2.3: seconds or a date) asks to wait; a minute where it says nothing."""
    if retry_after.isascii() and retry_after.isdigit():
        wait = timedelta(seconds=min(int(retry_after[:9]), LONGEST_WAIT.total_seconds()))
        return max(wait, timedelta(seconds=1))
    try:
        until: datetime = email.utils.parsedate_to_datetime(retry_after)
    except (TypeError, ValueError):
        return timedelta(minutes=1)
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - clock.now(), timedelta(seconds=1)), LONGEST_WAIT)


def _inside(body: Mapping[str, object], name: str) -> object:
    """What stands under a name; ``Response.List``: under List inside of Response."""
    found: object = body
    for each in name.split("."):
        found = found.get(each) if isinstance(found, Mapping) else None
    return found


def _lay(body: dict[str, object], name: str, value: object) -> None:
    """Write a value where ``_inside`` finds it."""
    *outer, last = name.split(".")
    for each in outer:
        body = cast(dict[str, object], body.setdefault(each, {}))
    body[last] = value


def _one_of(said: set[Outcome]) -> Outcome:
    if len({each.said for each in said}) == 1:
        return next(iter(said))
    return Outcome("unknown", "contradiction" if said else "not-named")


def _all(parcels: Sequence[Parcel], outcome: Outcome) -> list[Outcome]:
    return [outcome] * len(parcels)


async def _at_most(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The body, or nothing that can be read where it is longer."""
    parts, size = [], 0
    async for part in response.content.iter_chunked(65_536):
        parts.append(part)
        size += len(part)
        if size > limit:
            return b""
    return b"".join(parts)
