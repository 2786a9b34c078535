"""发到邮箱: a paper to an address, looked at once more before it goes; and what is known of those that went."""

import uuid
from collections.abc import Callable, Mapping
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from linli.community.models import Place
from linli.community.policy import can, require
from linli.community.queries import community_of
from linli.messaging.forms import MailForm
from linli.messaging.models import Delivery
from linli.messaging.policy import KEEP_CHANNEL, SEND_MESSAGE
from linli.messaging.queries.channels import mail_channel, quiet_hours_of
from linli.messaging.queries.messages import mailed
from linli.messaging.services import mail_paper
from linli.messaging.views.pages import moment
from linli.messaging.views.ways import STATES, answer_words, state_words
from linli.record import clock
from linli.record.acting import Acting, actor
from linli.record.cipher import unseal
from linli.record.services import answer_once
from linli.rules.calendar import after_quiet
from linli.rules.errors import Refused
from linli.rules.identifiers import mask_mail
from linli.web import parts
from linli.web.dates import day
from linli.web.papers import Outgoing, Paper, pdf
from linli.web.refusal import add_refusal

PLACE_OF = {"mail.address": "address", "mail.purpose": "purpose", "mail.purpose-private": "purpose"}


def outgoing(kind: str, subject: UUID, by: Acting) -> Outgoing:
    """The paper, if there is one that may be sent and this reader has it before them."""
    table: Mapping[str, Callable[[Acting, UUID], Outgoing]] = import_string(f"{settings.FLOWS}.PAPERS")
    try:
        found = table[kind](by, subject)
    except (KeyError, ObjectDoesNotExist):
        raise Http404 from None
    if found.community != by.community:
        raise Http404
    return found


@login_required
@require_http_methods(["GET", "POST"])
def mail(request: HttpRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """Write the address and what for; look at it once more; send."""
    by = actor(request)
    community = community_of(by)
    require(by, SEND_MESSAGE, community)
    found = outgoing(kind, subject_id, by)
    form = MailForm(request.POST or None)
    sure = "sure" in request.POST

    def write() -> UUID:
        return mail_paper(
            community=community,
            subject=subject_id,
            title=found.paper.title,
            words=letter_words(found.paper),
            name=f"{found.name}.pdf",
            pdf=pdf([found.paper]),
            to=form.cleaned_data["address"],
            purpose=form.cleaned_data["purpose"],
            by=by,
        ).id

    asked = form.is_bound and form.is_valid() and "back" not in request.POST
    if asked and sure:
        try:
            answer_once(request.POST.get("once", ""), dict(request.POST), by=by, write=write)
            messages.success(request, _("交给发送的程序了。下面写着对方怎么答。"))
            return redirect("messaging:mail", kind, subject_id)
        except Refused as refused:
            add_refusal(form, refused, PLACE_OF.get(refused.code))
            asked = False
    page = {
        "form": form,
        "found": found,
        "asked": asked,
        "words": letter_words(found.paper),
        "facts": facts_of(form, found, community) if asked else [],
        "channel": mail_channel(community),
        "keeper": can(by, KEEP_CHANNEL, community),
        "sent": [sent_row(each) for each in mailed(subject_id, by)],
        "once": uuid.uuid4().hex,
    }
    return render(request, "messaging/mail.html", page, status=400 if form.errors else 200)


def facts_of(form: MailForm, found: Outgoing, community: Place) -> list[tuple[str, object]]:
    """What is looked at once more before it goes."""
    channel = mail_channel(community)
    return [
        (_("发给"), form.cleaned_data["address"]),
        (_("附件"), parts.numbered(f"{found.name}.pdf", found.paper.title)),
        (_("从哪里发"), channel.title if channel else ""),
        (_("什么时候"), when_words(community)),
        (_("为什么发"), form.cleaned_data["purpose"]),
    ]


def letter_words(paper: Paper) -> str:
    """What the letter itself says."""
    words = _("%(issuer)s发来一份文件：%(title)s，编号%(number)s，见附件。") % {
        "issuer": paper.issuer,
        "title": paper.title,
        "number": paper.number,
    }
    return "\n\n".join(
        [words, _("打开下面的网址，或者扫附件上的码，可以看它改没改过：") + f"\n{paper.code}", paper.issuer]
    )


def when_words(community: Place) -> str:
    """When it goes: now, or after the night."""
    hours, now = quiet_hours_of(community), clock.now()
    until = after_quiet(now, hours.begins, hours.ends) if hours else now
    return _("现在是安静时段，%(when)s再发") % {"when": moment(until)} if until > now else _("马上发")


def sent_row(delivery: Delivery) -> parts.Row:
    """One letter: to whom (as far as the page tells), when, what for, and what is known of it."""
    to = mask_mail(unseal(bytes(delivery.address), delivery.address_cell))
    note = f"{day(delivery.message.at)} · {delivery.message.purpose} · {answer_words(delivery.state, delivery.code)}"
    state = STATES.get(delivery.state, "pending")
    return parts.Row(to, note, icon="bring", state=state, word=state_words()[delivery.state])
