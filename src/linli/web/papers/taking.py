"""A paper as what a browser takes away (a file, a picture, the ways to them), and as what it brings back stamped."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.web.papers.paper import Paper
from linli.web.papers.typeset import pdf, pictures
from linli.web.papers.word import word

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

Form = Literal["pdf", "docx"]


class StampedForm(forms.Form):
    """The photo of a stamped paper, and why it takes the place of the one before."""

    photo = forms.FileField(label=gettext_lazy("盖好章的照片"), widget=forms.FileInput(attrs={"accept": "image/*"}))
    reason = forms.CharField(
        label=gettext_lazy("为什么换"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("已经有盖章版时才要写，例如：上一张没拍清楚。"),
    )


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A paper that may be sent to any address, since it tells nothing of a person: its community, its file's name, and
    the path of its page.
    """

    paper: Paper
    community: UUID
    name: str
    page: str


def taken_as(paper: Paper, form: Form, *, name: str) -> HttpResponse:
    """The paper as a file to keep, called ``name`` with the form's ending."""
    if form == "pdf":
        return attached(pdf([paper]), "application/pdf", f"{name}.pdf")
    return attached(word(paper), DOCX, f"{name}.docx")


def picture_of(paper: Paper, position: int) -> HttpResponse:
    """One of the paper's pictures, from 1, to be looked at and kept by a long press; 404 where there is none."""
    drawn = pictures(paper)
    if not 1 <= position <= len(drawn):
        raise Http404
    return HttpResponse(drawn[position - 1], headers={"Content-Type": "image/png", "Content-Disposition": "inline"})


def attached(content: bytes, media_type: str, name: str) -> HttpResponse:
    """A file to be kept (RFC 6266), under a name that may be Chinese and is no person's."""
    disposition = content_disposition_header(True, name) or "attachment"
    return HttpResponse(content, headers={"Content-Type": media_type, "Content-Disposition": disposition})


def ways_of_paper(*, pdf: str, docx: str, shown: str, mail: str = "") -> list[tuple[str, str, str]]:
    """How a paper can be taken away: word, address, drawing; ``mail`` where this reader may send it."""
    return [
        ("PDF（A4）", pdf, "print"),
        ("Word（.docx）", docx, "pen"),
        (_("图片，发到群里"), shown, "phone"),
        *([(_("发到邮箱"), mail, "bring")] if mail else []),
    ]


def sent_with_photo(request: HttpRequest) -> dict[str, object]:
    """What a form said, its photo by its content: the same form with another photo is another form."""
    photo, digest = request.FILES.get("photo"), sha256()
    for chunk in photo.chunks() if photo else ():
        digest.update(chunk)
    return {**dict(request.POST), "photo": digest.hexdigest()}
