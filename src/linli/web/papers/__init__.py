"""Papers of an office: described once, said in the same words on a page, as an A4 PDF, as pictures and as .docx."""

from linli.web.papers.paper import (
    Blanks,
    Block,
    Choices,
    Conditions,
    Facts,
    Heading,
    Law,
    Paper,
    Small,
    Table,
    Text,
    Workings,
)
from linli.web.papers.typeset import pdf, pictures
from linli.web.papers.word import word

__all__ = [
    "Blanks",
    "Block",
    "Choices",
    "Conditions",
    "Facts",
    "Heading",
    "Law",
    "Paper",
    "Small",
    "Table",
    "Text",
    "Workings",
    "pdf",
    "pictures",
    "word",
]
