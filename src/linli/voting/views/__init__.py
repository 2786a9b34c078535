"""The pages of a drive: its face, its stacks of slips, its shares."""

from linli.voting.views.face import face
from linli.voting.views.shares import shares
from linli.voting.views.stacks import photo, photos, stack, stacks

__all__ = ["face", "photo", "photos", "shares", "stack", "stacks"]
