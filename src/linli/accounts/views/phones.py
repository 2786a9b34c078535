"""Coming in by the six digits of a message: asked for on the first page, typed in at an address of their own."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from linli.accounts.acting import sign_in_browser
from linli.accounts.forms import AskCodeForm, PhoneCodeForm
from linli.accounts.models import Account
from linli.accounts.queries.phones import masked_phone_of
from linli.accounts.services import ask_phone_code, use_phone_code
from linli.accounts.tokens import new_secret
from linli.accounts.views.asking import in_weixin, spend_here
from linli.community.models import Person
from linli.community.queries import nothing_founded
from linli.messaging.queries import sms_channel
from linli.rules.errors import Refused
from linli.web.refusal import add_refusal, refusal_page, status_of


def first_page(request: HttpRequest, form: AskCodeForm, **more: object) -> dict[str, object]:
    """What the first page shows somebody who is not signed in."""
    once = request.POST.get("once", "") or new_secret()
    return {
        "nothing_founded": nothing_founded(),
        "sms": sms_channel() is not None,
        "weixin": in_weixin(request),
        "form": form,
        "once": once,
        **more,
    }


@require_POST
def ask_code(request: HttpRequest) -> HttpResponse:
    """Send six digits to a phone, if somebody here has it; the answer is the same if nobody has."""
    form, status = AskCodeForm(request.POST), 400
    if form.is_valid():
        try:
            spend_here("phone codes", request, most=30)
            once = request.POST.get("once", "")
            secret = ask_phone_code(phone=form.cleaned_data["phone"], once=once if len(once) >= 32 else new_secret())
            return redirect("phone-code", secret)
        except Refused as refused:
            add_refusal(form, refused, "phone" if refused.code.startswith("phone.") else None)
            status = 400 if refused.code.startswith("phone.") else status_of(refused)
    return render(request, "accounts/sign_in.html", first_page(request, form), status=status)


@require_http_methods(["GET", "POST"])
def enter_code(request: HttpRequest, secret: str) -> HttpResponse:
    """Type the six digits in; where several people have the phone, say who one is."""
    try:
        phone = masked_phone_of(secret)
    except Refused as refused:
        return refusal_page(request, refused, status=404, back=reverse("sign-in"))
    form = PhoneCodeForm(request.POST or None)
    page: dict[str, object] = {"form": form, "phone": phone}
    if form.is_bound and form.is_valid():
        try:
            spend_here("phone code tries", request, most=100)
            number = form.cleaned_data["number"]
            found = use_phone_code(secret=secret, number=number, person=uuid_in(request.POST.get("person", "")))
        except Refused as refused:
            add_refusal(form, refused, "number")
            return render(request, "accounts/phone_code.html", page, status=status_of(refused))
        if isinstance(found, Account):
            sign_in_browser(request, found)
            return redirect("home")
        return render(request, "accounts/which_person.html", {"people": choices(found), "number": number})
    return render(request, "accounts/phone_code.html", page, status=400 if form.is_bound else 200)


def choices(people: list[Person]) -> list[tuple[UUID, str]]:
    """Who has the phone, each with their community."""
    return [(one.id, _("%(name)s · %(community)s") % {"name": one.name, "community": one.community}) for one in people]


def uuid_in(text: str) -> UUID | None:
    """An id that a form may carry."""
    try:
        return UUID(text)
    except ValueError:
        return None
