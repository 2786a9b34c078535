"""The pages of matters."""

from linli.matters.views.acts import decide, index, matter, new, of_drive, put, result

__all__ = ["decide", "index", "matter", "new", "of_drive", "put", "result"]
