"""The office's pages of places: ``acts`` answers requests, ``pages`` says what each page shows."""

from linli.community.views.acts import doors, index, place, preview, register, sheet

__all__ = ["doors", "index", "place", "preview", "register", "sheet"]
