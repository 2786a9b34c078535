"""What the log says, a JSON object a line, and what it never holds: secrets of addresses, and what people wrote.

An exception's own words are left out: a database quotes the row it refuses, a parser the text it does not read. What
is kept is where it happened and of what kind it was, down to the constraint.
"""

import json
import logging
import re
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime

_SECRET = re.compile(r"(/[sdh]/)[^/\s?\"']+")
_WHERE = re.compile(r".*/(?:site-packages|src|lib/python[\d.]+)/")

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Which request is being answered; "" outside of any."""


class WithoutSecrets(logging.Filter):
    """Filter: takes the secret out of every line, whether it stands in the words or in their arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; it is always let through."""
        record.msg, record.args = _SECRET.sub(r"\1…", record.getMessage()), ()
        return True


class JsonLine(logging.Formatter):
    """Formatter: one JSON object a line: at, level, logger, words, and where there are such request and failures."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of one record."""
        said: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "words": record.getMessage(),
        }
        if request := request_id.get():
            said["request"] = request
        if record.exc_info and record.exc_info[1]:
            said["failures"] = [_failure(each) for each in _chain(record.exc_info[1])]
        return json.dumps(said, ensure_ascii=False)


def _chain(failure: BaseException | None) -> Iterator[BaseException]:
    """The failure and what led to it, the last one first."""
    while failure is not None:
        yield failure
        failure = failure.__cause__ or (None if failure.__suppress_context__ else failure.__context__)


def _failure(failure: BaseException) -> dict[str, object]:
    """Of what kind a failure is and where it happened, without a word of its message."""
    kind = type(failure)
    told: dict[str, object] = {"kind": f"{kind.__module__}.{kind.__qualname__}"}
    for name, value in (
        ("code", getattr(failure, "code", None)),
        ("sqlstate", getattr(failure, "sqlstate", None)),
        ("constraint", getattr(getattr(failure, "diag", None), "constraint_name", None)),
    ):
        if isinstance(value, str) and value:
            told[name] = value
    told["where"] = [
        f"{_WHERE.sub('', frame.filename)}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(failure.__traceback__)
    ]
    return told
