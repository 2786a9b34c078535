"""``linli rules merkle``: whether a proof of a public log holds."""

import base64
import binascii
from typing import Any

from linli.cli.rules.reading import fields, rows, whole
from linli.rules import merkle
from linli.rules.errors import Refused

_INCLUSION = frozenset({"kind", "leaf_hash", "leaf_index", "tree_size", "root", "proof"})
_CONSISTENCY = frozenset({"kind", "size1", "size2", "root1", "root2", "proof"})


def verified(document: object) -> tuple[dict[str, Any], bool]:
    """The answer {"verified": bool} to a document as ``docs/recount.md`` describes it.

    A proof that shows nothing (an index outside the tree, a hash that is not 32 bytes, a start from nothing) is not
    verified; a field that is missing, unknown or of the wrong kind is refused.
    """
    asked = fields(document)
    kinds = {"inclusion": (_INCLUSION, _inclusion), "consistency": (_CONSISTENCY, _consistency)}
    kind = asked.get("kind")
    if not isinstance(kind, str) or kind not in kinds:
        raise Refused("merkle.unknown-kind", "“kind”应是 inclusion 或 consistency。请改正。")
    allowed, check = kinds[kind]
    given = fields(document, allowed)
    for name in sorted(allowed):
        if name not in given:
            raise Refused("input.missing-field", "缺少字段“{field}”。请对照说明补上。", field=name)
    holds = check(given)
    return {"verified": holds}, holds


def _inclusion(given: Any) -> bool:
    return merkle.verify_inclusion(
        _bytes(given["leaf_hash"], "leaf_hash"),
        whole(given["leaf_index"], "leaf_index"),
        whole(given["tree_size"], "tree_size"),
        _bytes(given["root"], "root"),
        _proof(given["proof"]),
    )


def _consistency(given: Any) -> bool:
    return merkle.verify_consistency(
        whole(given["size1"], "size1"),
        whole(given["size2"], "size2"),
        _bytes(given["root1"], "root1"),
        _bytes(given["root2"], "root2"),
        _proof(given["proof"]),
    )


def _proof(value: object) -> list[bytes]:
    """The hashes of a proof; null is an empty one, as programs in Go write it."""
    return [] if value is None else [_bytes(each, "proof") for each in rows(value, "proof")]


def _bytes(value: object, name: str) -> bytes:
    """Bytes from standard base64 (RFC 4648 §4); null is none, as programs in Go write it."""
    try:
        if value is None:
            return b""
        if isinstance(value, str):
            return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        pass
    raise Refused("merkle.not-base64", "“{field}”应是用 base64 写的散列值，写在引号里。请改正。", field=name)
