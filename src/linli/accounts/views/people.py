"""人员: the roster, who holds which role, letting somebody in, and the bodies of the community."""

import uuid
from dataclasses import dataclass
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

from linli.accounts.forms import BodyForm, CallForm, LeadersForm, PersonForm, ReadmitForm, RoleForm
from linli.accounts.models import Readmission
from linli.accounts.policy import AGREE_TO_READMISSION, OPEN_ACCOUNT, READMIT
from linli.accounts.queries.anew import is_of_the_office, readmissions_waiting
from linli.accounts.queries.doors import has_login
from linli.accounts.services import (
    agree_to_readmission,
    invite_leaders,
    invite_person,
    readmit_person,
    withdraw_readmission,
)
from linli.accounts.words import basis_words, body_words
from linli.community.models import Organisation, Person, Role
from linli.community.policy import CHANGE_REGISTER, CHANGE_ROLES, SEE_REGISTER, can, require
from linli.community.queries import bodies_of, community_of, find_people, places_of, roles_of, wrote_own_phone
from linli.community.services import add_organisation, add_person, end_role, give_role, reveal
from linli.record.acting import Acting, actor
from linli.record.services import answer_once
from linli.rules.errors import Refused
from linli.web import parts
from linli.web.dates import full_day
from linli.web.refusal import add_refusal


@login_required
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Who holds a role, anybody found by name, and putting somebody on the roster."""
    by = actor(request)
    community = community_of(by)
    require(by, SEE_REGISTER, community)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def write() -> UUID:
            return add_person(community=community, name=form.cleaned_data["name"], by=by).id

        try:
            made = answer_once(request.POST.get("once", ""), dict(request.POST), by=by, write=write)
            return redirect("person", cast(UUID, made))
        except Refused as refused:
            add_refusal(form, refused, "name")
    sought = request.GET.get("name", "").strip()[:60]
    page = {
        "form": form,
        "sought": sought,
        "found": [person_row(each) for each in find_people(community, sought, by)] if sought else [],
        "holders": [
            parts.Row(role.person.name, f"{role.title} · {role.place.name}", reverse("person", args=[role.person_id]))
            for role in roles_of(community, by)
        ],
        "waiting": [
            parts.Row(
                each.person.name,
                _("重新进门，%(name)s提的，等另一位同意") % {"name": each.asked_by.name},
                reverse("person", args=[each.person_id]),
                icon="door",
            )
            for each in readmissions_waiting(by)
        ],
        "once": uuid.uuid4().hex,
    }
    return render(request, "accounts/people.html", page, status=400 if form.is_bound else 200)


def person_row(person: Person) -> parts.Row:
    """Somebody found by name, with the doors that tell them from others of the name."""
    return parts.Row(person.name, "、".join(getattr(person, "doors", [])), reverse("person", args=[person.id]))


def find_person(person_id: UUID, by: Acting) -> Person:
    """Somebody of the reader's own community's roster."""
    person = Person.objects.select_related("community").filter(id=person_id, community=by.community).first()
    if person is None:
        raise Http404
    require(by, SEE_REGISTER, person.community)
    return person


@login_required
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One person: roles, giving and ending one, letting them in, calling them."""
    by = actor(request)
    found = find_person(person_id, by)
    community = found.community
    may_change = can(by, CHANGE_ROLES, community)
    form = None
    status = 200
    if may_change:
        sent = request.POST if "give" in request.POST else None
        form = RoleForm(sent, places=places_of(community, by), organisations=list(bodies_of(community, by)))
        if request.method == "POST" and "end" in request.POST:
            return end_one(request, found, by)
        if form.is_bound:
            status = 400
            if form.is_valid():
                try:
                    give_role(person=found, by=by, **form.cleaned_data)
                    messages.success(request, _("记下了。"))
                    return redirect("person", found.id)
                except Refused as refused:
                    add_refusal(form, refused, "title")
    page = {
        "person": found,
        "roles": [role_line(role) for role in found.roles.filter(until=None).select_related("place", "organisation")],
        "form": form,
        "call": CallForm() if found.phone_sealed is not None else None,
        "may_invite": can(by, OPEN_ACCOUNT, community) and not has_login(found),
        "comes_in": has_login(found),
        "anew": anew_part(found, by),
    }
    return render(request, "accounts/person.html", page, status=status)


@dataclass(frozen=True, slots=True)
class Anew:
    """What the page of somebody says of letting them in anew: the form to ask, or what waits for a second word."""

    form: ReadmitForm | None
    four_eyes: bool
    own_number: bool
    asked: Readmission | None
    basis: str
    may_agree: bool
    may_withdraw: bool
    once: str


def anew_part(found: Person, by: Acting) -> Anew:
    """Who may ask for somebody to be let in anew, and who may agree."""
    waiting = next((each for each in readmissions_waiting(by) if each.person_id == found.id), None)
    may_ask = waiting is None and by.person != found.id and can(by, READMIT, found.community) and has_login(found)
    of_the_office = can(by, AGREE_TO_READMISSION, found.community)
    return Anew(
        form=ReadmitForm() if may_ask else None,
        four_eyes=is_of_the_office(found),
        own_number=(may_ask or waiting is not None) and wrote_own_phone(found),
        asked=waiting,
        basis=basis_words()[waiting.basis] if waiting else "",
        may_agree=waiting is not None and of_the_office and by.person not in (waiting.asked_by_id, found.id),
        may_withdraw=waiting is not None and of_the_office,
        once=uuid.uuid4().hex,
    )


@login_required
@require_POST
def anew(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Somebody lost their only phone: asked for, agreed to or withdrawn; once done they are invited as at first."""
    by = actor(request)
    found = find_person(person_id, by)
    answer = {"agree": agree_to_readmission, "withdraw": withdraw_readmission}.get(request.POST.get("answer", ""))

    def write() -> UUID:
        if answer is not None:
            return answer(person=found, by=by).id
        number_too = "number_too" in request.POST
        return readmit_person(person=found, basis=request.POST.get("basis", ""), number_too=number_too, by=by).id

    sent = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    answer_once(request.POST.get("once", ""), sent, by=by, write=write)
    messages.success(request, _("记下了。"))
    return redirect("person", found.id)


def role_line(role: Role) -> tuple[Role, str]:
    """A role with where and since when."""
    since = _("从%(day)s起") % {"day": full_day(role.since)}
    body = f" · {role.organisation.name}" if role.organisation else ""
    return role, f"{role.place.name}{body} · {since}"


def end_one(request: HttpRequest, found: Person, by: Acting) -> HttpResponse:
    """End one of the person's roles, from today on."""
    role = found.roles.filter(id=request.POST["end"]).first() if is_uuid(request.POST["end"]) else None
    if role is None:
        raise Http404
    end_role(role=role, by=by)
    messages.success(request, _("这个职务到今天为止。"))
    return redirect("person", found.id)


def is_uuid(words: str) -> bool:
    """Whether the words name a row at all."""
    try:
        uuid.UUID(words)
    except ValueError:
        return False
    return True


@login_required
@require_POST
def invite(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """A link and a code that let somebody in for the first time. Pressed again, the one before ends."""
    by = actor(request)
    found = find_person(person_id, by)
    secret = invite_person(person=found, by=by)
    address = f"{settings.ADDRESS}{reverse('sign-in-link', args=[secret])}"
    return render(request, "accounts/invite.html", {"person": found, "link": address})


@login_required
@require_http_methods(["GET", "POST"])
def leaders(request: HttpRequest) -> HttpResponse:
    """Three building leaders in one form, and their three codes on one page to be scanned or cut apart."""
    by = actor(request)
    community = community_of(by)
    require(by, OPEN_ACCOUNT, community)
    form = LeadersForm(request.POST or None, places=places_of(community, by), initial={"title": _("楼长")})
    if form.is_bound and form.is_valid():
        title, once = form.cleaned_data["title"], request.POST.get("once", "")
        try:
            made = invite_leaders(community=community, leaders=form.leaders, title=title, once=once, by=by)
            codes = [
                (person, place.name, f"{settings.ADDRESS}{reverse('sign-in-link', args=[secret])}")
                for (person, secret), (_name, place) in zip(made, form.leaders, strict=True)
            ]
            return render(request, "accounts/leaders_codes.html", {"codes": codes, "title": title})
        except Refused as refused:
            add_refusal(form, refused)
    page = {"form": form, "once": uuid.uuid4().hex}
    return render(request, "accounts/leaders.html", page, status=400 if form.is_bound else 200)


@login_required
@require_POST
def call(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The phone of somebody, for a purpose that they will read. Not shown by GET: each look is a press of a button."""
    by = actor(request)
    found = find_person(person_id, by)
    number = reveal(found, field="phone", purpose=request.POST.get("purpose", ""), by=by)
    return render(request, "accounts/call.html", {"person": found, "number": number})


@login_required
@require_http_methods(["GET", "POST"])
def bodies(request: HttpRequest) -> HttpResponse:
    """The organisations of the community, and adding one."""
    by = actor(request)
    community = community_of(by)
    rows = [body_row(each) for each in bodies_of(community, by)]
    form = BodyForm(request.POST or None) if can(by, CHANGE_REGISTER, community) else None
    if form is not None and form.is_bound and form.is_valid():
        try:
            add_organisation(community=community, by=by, **form.cleaned_data)
            messages.success(request, _("加上了。"))
            return redirect("bodies")
        except Refused as refused:
            add_refusal(form, refused, "name")
    status = 400 if form is not None and form.is_bound else 200
    return render(request, "accounts/bodies.html", {"rows": rows, "form": form}, status=status)


def body_row(body: Organisation) -> parts.Row:
    """A body with what it is."""
    called = body_words()
    return parts.Row(body.name, "、".join(called[kind] for kind in body.kinds), icon="people")
