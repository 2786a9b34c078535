"""The office's pages of places: ``acts`` answers requests, ``pages`` says what each page shows."""

from linli.community.views.acts import doors, index, left_out, place, preview, register, sheet, undo

__all__ = ["doors", "index", "left_out", "place", "preview", "register", "sheet", "undo"]
