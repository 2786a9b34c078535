"""Papers of an office: described once, said in the same words on a page, as an A4 PDF, as pictures and as .docx."""

from linli.web.papers.paper import (
    Blanks,
    Block,
    Choices,
    Conditions,
    Days,
    Facts,
    Heading,
    Law,
    Paper,
    Small,
    Table,
    Text,
    Workings,
)
from linli.web.papers.taking import (
    Form,
    Outgoing,
    StampedForm,
    attached,
    picture_of,
    sent_with_photo,
    taken_as,
    ways_of_paper,
)
from linli.web.papers.typeset import pdf, pictures
from linli.web.papers.word import word

__all__ = [
    "Blanks",
    "Block",
    "Choices",
    "Conditions",
    "Days",
    "Facts",
    "Form",
    "Heading",
    "Law",
    "Outgoing",
    "Paper",
    "Small",
    "StampedForm",
    "Table",
    "Text",
    "Workings",
    "attached",
    "pdf",
    "picture_of",
    "pictures",
    "sent_with_photo",
    "taken_as",
    "ways_of_paper",
    "word",
]
