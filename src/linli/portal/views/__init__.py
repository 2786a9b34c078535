"""The first page of each role, one's own page; the office's archives and blanks."""

from linli.portal.views.archives import archive, order, papers
from linli.portal.views.blanks import add, blank, fill, retire
from linli.portal.views.first import home, own

__all__ = ["add", "archive", "blank", "fill", "home", "order", "own", "papers", "retire"]
