"""家人代办: asking somebody of one's family to look along, taking the invitation up, ending it."""

import uuid
from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from linli.accounts.acting import CHOSEN, sign_in_browser
from linli.accounts.forms import HelpAtDoorForm, HelperForm
from linli.accounts.models import Account, FamilyHelp
from linli.accounts.policy import RECORD_HELP
from linli.accounts.queries import helps_of, recorded_by
from linli.accounts.queries.own import door_called, help_for
from linli.accounts.services import end_help, invite_helper, record_help_at_door, take_up_help
from linli.accounts.services.family import invitation_of
from linli.accounts.tokens import token_of
from linli.accounts.views.asking import spend_here
from linli.accounts.words import kin_words
from linli.community.policy import require_role
from linli.community.queries import person_of
from linli.record import clock
from linli.record.acting import actor
from linli.record.services import answer_once
from linli.rules.errors import Refused
from linli.rules.identifiers import mask_name
from linli.web import parts
from linli.web.dates import full_day
from linli.web.refusal import add_refusal, refusal_page


@login_required
@require_http_methods(["GET", "POST"])
def family(request: HttpRequest) -> HttpResponse:
    """Who looks along with me, who did, and asking one more."""
    by = actor(request)
    elder = person_of(by)
    helps = helps_of(by)
    form = HelperForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def write() -> UUID:
            return invite_helper(elder=elder, by=by, **form.cleaned_data).id

        try:
            return redirect(
                "one-help",
                cast(UUID, answer_once(request.POST.get("once", ""), dict(request.POST), by=by, write=write)),
            )
        except Refused as refused:
            add_refusal(form, refused, "name")
    page = {"form": form, "rows": [help_row(each) for each in helps], "once": uuid.uuid4().hex}
    return render(request, "accounts/family.html", page, status=400 if form.is_bound else 200)


def help_row(made: FamilyHelp) -> parts.Row:
    """One helper with where it stands, as the elder reads it."""
    kin = kin_words()[made.kin]
    link = reverse("one-help", args=[made.id])
    if made.ended_at:
        words = _("%(kin)s，已停，%(day)s") % {"kin": kin, "day": full_day(made.ended_at)}
        return parts.Row(made.name, words, link, icon="people")
    if made.accepted_at:
        words = _("%(kin)s，从%(day)s起") % {"kin": kin, "day": full_day(made.accepted_at)}
        return parts.Row(made.name, words, link, icon="people", state="done", word=_("在帮您看"))
    over = made.expires_at <= clock.now()
    word = _("邀请过期了") if over else _("等对方点开")
    return parts.Row(made.name, kin, link, icon="people", state="open", word=word)


@login_required
@require_http_methods(["GET"])
def one_help(request: HttpRequest, help_id: UUID) -> HttpResponse:
    """One help, for the elder and for who wrote it down: while it waits its code and link; then how to end it."""
    by = actor(request)
    try:
        made = help_for(help_id, by)
    except FamilyHelp.DoesNotExist:
        raise Http404 from None
    waits = not made.accepted_at and not made.ended_at and made.expires_at > clock.now()
    page = {
        "help": made,
        "mine": made.elder_id == by.person,
        "elder": made.elder.name,
        "facts": help_facts(made),
        "link": f"{settings.ADDRESS}{reverse('invitation', args=[token_of(made)])}" if waits else "",
        "until": full_day(made.expires_at),
    }
    return render(request, "accounts/one_help.html", page)


def help_facts(made: FamilyHelp) -> list[tuple[str, str]]:
    """What is on record of a help."""
    who = _("%(name)s（%(kin)s）") % {"name": made.name, "kin": kin_words()[made.kin]}
    facts = [(_("请的是"), who), (_("什么时候请的"), full_day(made.made_at))]
    if made.evidence:
        facts.append((_("当面怎么说的"), made.evidence))
    if made.accepted_at:
        facts.append((_("对方什么时候接的"), full_day(made.accepted_at)))
    if made.ended_at:
        facts.append((_("什么时候停的"), full_day(made.ended_at)))
    return facts


@login_required
@require_POST
def end(request: HttpRequest, help_id: UUID) -> HttpResponse:
    """End a help; it holds at once."""
    by = actor(request)
    try:
        made = end_help(help_id=help_id, by=by)
    except FamilyHelp.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("停了。对方从现在起看不到了。"))
    return redirect("home" if by.role == "helper" or made.elder_id != by.person else "family")


@login_required
@require_http_methods(["GET", "POST"])
def at_door(request: HttpRequest) -> HttpResponse:
    """An elder's word, given at the door to a leader or the office, who write it down."""
    by = actor(request)
    require_role(by, RECORD_HELP)
    form = HelpAtDoorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def write() -> UUID:
            return record_help_at_door(
                dwelling=door_called(data["door"], by, RECORD_HELP),
                elder=data["elder"],
                name=data["name"],
                kin=data["kin"],
                evidence=data["evidence"],
                by=by,
            ).id

        try:
            return redirect(
                "one-help",
                cast(UUID, answer_once(request.POST.get("once", ""), dict(request.POST), by=by, write=write)),
            )
        except Refused as refused:
            add_refusal(form, refused, {"help.nobody-of-the-name": "elder", "door.unknown": "door"}.get(refused.code))
    rows = [
        parts.Row(each.elder.name, each.name, reverse("one-help", args=[each.id]), icon="people")
        for each in recorded_by(by)
    ]
    page = {"form": form, "rows": rows, "once": uuid.uuid4().hex}
    return render(request, "accounts/help_at_door.html", page, status=400 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The invitation as the helper reads it: whom they would help, what they will see, what they cannot do."""
    account = request.user if isinstance(request.user, Account) else None
    try:
        made = invitation_of(token)
        if request.method == "POST":
            spend_here("invitations", request, most=30)
            taken = take_up_help(token=token, account=account)
            if account is None:
                sign_in_browser(request, taken)
            helper = FamilyHelp.objects.get(id=made.id).helper_id
            request.session[CHOSEN] = f"{helper}:helps-{made.elder_id}"
            return redirect("home")
    except Refused as refused:
        spend_here("invitations that are none", request, most=60)
        return refusal_page(request, refused, status=409, back=reverse("home"))
    page = {"elder": mask_name(made.elder.name), "name": made.name, "community_name": made.community.name}
    return render(request, "accounts/invitation.html", page)
