"""The pages of matters."""

from linli.matters.views.acts import decide, index, matter, new, put, result

__all__ = ["decide", "index", "matter", "new", "put", "result"]
