"""The pages of a drive: its face, its stacks of slips, its shares, its work list, its chain, its corrections, and an
owner's own."""

from linli.voting.views.chains import chain, chain_line
from linli.voting.views.corrections import corrections
from linli.voting.views.face import face
from linli.voting.views.phone import seat, sign, signature, voice, voter
from linli.voting.views.shares import shares
from linli.voting.views.stacks import photo, photos, stack, stacks
from linli.voting.views.tasks import judge, settle, successor, tasks

__all__ = [
    "chain",
    "chain_line",
    "corrections",
    "face",
    "judge",
    "photo",
    "photos",
    "seat",
    "settle",
    "shares",
    "sign",
    "signature",
    "stack",
    "stacks",
    "successor",
    "tasks",
    "voice",
    "voter",
]
