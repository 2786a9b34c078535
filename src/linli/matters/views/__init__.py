"""The pages of matters."""

from linli.matters.views.acts import announce, decide, index, matter, new, of_drive, put, result

__all__ = ["announce", "decide", "index", "matter", "new", "of_drive", "put", "result"]
