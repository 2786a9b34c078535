"""How a rule's "no" reaches a program: ``{"code", "words"}`` with a status, the same from every part of the API."""

from ninja import Schema


class Fault(Schema):
    """A no: its code, what it means, and of a question that could not be read the places that are wrong."""

    code: str
    words: str
    fields: list[str] = []


FAULTS = dict.fromkeys((401, 403, 404, 409, 422, 429), Fault)
"""What every operation may answer besides its own: to be written beside its ``response``."""
