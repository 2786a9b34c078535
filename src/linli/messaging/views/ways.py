"""发送设置: ways out, quiet hours, who reviews, what became of what was sent; for the secretary and director."""

import json
import uuid
from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.community.models import Place
from linli.community.policy import require
from linli.community.queries import community_of
from linli.messaging.forms import ChannelForm, EmailForm, QuietForm, ReviewersForm, SmsForm, TryForm
from linli.messaging.models import Channel, Delivery, Message
from linli.messaging.policy import KEEP_CHANNEL
from linli.messaging.queries.channels import (
    channels_of,
    office_people,
    open_settings_of,
    quiet_hours_of,
    recent_messages,
    review_duty_of,
    sample_of,
    tries_of,
)
from linli.messaging.services import (
    confirm_delivery,
    keep_channel,
    mend_channel,
    name_reviewers,
    set_quiet_hours,
    try_channel,
)
from linli.record.acting import Acting, actor
from linli.record.cipher import index_of
from linli.record.services import answer_once
from linli.rules.errors import Refused
from linli.web import parts
from linli.web.dates import day
from linli.web.refusal import add_refusal

FORMS: dict[str, type[ChannelForm]] = {Channel.Kind.SMS: SmsForm, Channel.Kind.EMAIL: EmailForm}
ICONS: dict[str, str] = {Channel.Kind.SMS: "phone", Channel.Kind.EMAIL: "bring", Channel.Kind.CONSOLE: "say"}
STATES: dict[str, parts.State] = {"accepted": "done", "confirmed": "done", "refused": "no", "unknown": "unsure"}


def keeper(request: HttpRequest) -> tuple[Place, Acting]:
    """The community, if the reader keeps its ways out."""
    by = actor(request)
    community = community_of(by)
    require(by, KEEP_CHANNEL, community)
    return community, by


def done(request: HttpRequest, form: Form, by: Acting, write: Callable[[], UUID], words: str) -> bool:
    """Do what a sound form asks, once for its key; what is refused stands in the form."""
    if not form.is_valid():
        return False
    try:
        # A form may hold a secret, of which a hash without a key would tell too much.
        sent = index_of(json.dumps(dict(request.POST), sort_keys=True), of="form").hex()
        answer_once(request.POST.get("once", ""), sent, by=by, write=write)
    except Refused as refused:
        add_refusal(form, refused)
        return False
    messages.success(request, words)
    return True


@login_required
@require_safe
def ways(request: HttpRequest) -> HttpResponse:
    """What there is, and what became of the last messages."""
    community, by = keeper(request)
    duty, quiet = review_duty_of(community), quiet_hours_of(community)
    page = {
        "channels": [channel_row(each) for each in channels_of(community, by)],
        "quiet": f"{quiet.begins:%H:%M}–{quiet.ends:%H:%M}" if quiet else _("没有定"),
        "duty": _("%(reviewer)s；替补%(deputy)s") % {"reviewer": duty.reviewer, "deputy": duty.deputy}
        if duty
        else _("没有定，由书记或主任审"),
        "sent": [message_row(each) for each in recent_messages(community, by)],
    }
    return render(request, "messaging/ways.html", page)


def channel_row(channel: Channel) -> parts.Row:
    state: parts.State = "done" if channel.open else "open"
    word = _("在用") if channel.open else _("停用了")
    url = reverse("messaging:way", args=[channel.id]) if channel.kind in FORMS else ""
    return parts.Row(channel.title, kind_word(channel.kind), url, icon=ICONS[channel.kind], state=state, word=word)


def kind_word(kind: str) -> str:
    return {"sms": _("短信"), "email": _("邮件"), "console": _("屏幕，只在示例里用")}[kind]


def state_words() -> dict[str, str]:
    """The words of what is known of a delivery, in the order in which they are told."""
    return {
        "accepted": _("已发出"),
        "confirmed": _("已送达"),
        "refused": _("被拒"),
        "unknown": _("不知道发没发出"),
        "throttled": _("要等一等"),
        "waiting": _("等着发"),
    }


def message_row(message: Message) -> parts.Row:
    said = [f"{word} {getattr(message, state)}" for state, word in state_words().items() if getattr(message, state)]
    return parts.Row(message.title, f"{day(message.at)} · {' · '.join(said)}", icon="say")


@login_required
@require_http_methods(["GET", "POST"])
def new_sms(request: HttpRequest) -> HttpResponse:
    """Set an SMS gateway up."""
    return new_way(request, Channel.Kind.SMS)


@login_required
@require_http_methods(["GET", "POST"])
def new_email(request: HttpRequest) -> HttpResponse:
    """Set a mail server up."""
    return new_way(request, Channel.Kind.EMAIL)


def new_way(request: HttpRequest, kind: str) -> HttpResponse:
    community, by = keeper(request)
    form = FORMS[kind](request.POST or None)

    def write() -> UUID:
        title = form.cleaned_data["title"]
        return keep_channel(community=community, kind=kind, title=title, told=form.told, by=by).id

    if form.is_bound and done(request, form, by, write, _("存好了。请发一条给自己，试一试。")):
        return redirect("messaging:ways")
    return page_of(request, "messaging/new_way.html", form, kind=kind_word(kind))


@login_required
@require_http_methods(["GET", "POST"])
def way(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    """One way out: tried, changed, no longer used."""
    community, by = keeper(request)
    channel = channels_of(community, by).filter(id=channel_id, kind__in=FORMS).first()
    if channel is None:
        raise Http404
    trying = "try" in request.POST
    changing = request.method == "POST" and not trying
    test = TryForm(request.POST if trying else None)
    now = open_settings_of(channel, by)
    form = FORMS[channel.kind](request.POST if changing else None, changing=True, now=now)
    stays = channel.open if "keep" in request.POST else not channel.open

    def write() -> UUID:
        if trying:
            return try_channel(channel=channel, address=test.cleaned_data["address"], by=by).id
        return mend_channel(channel=channel, told=form.told, open=stays, by=by).id

    words = _("交给发送的程序了。过几秒再看这一页，下面写着网关怎么答。") if trying else _("改好了。")
    if (trying or changing) and done(request, test if trying else form, by, write, words):
        return redirect("messaging:way", channel.id)
    said = [(each, delivery_row(each), can_have_come(each)) for each in tries_of(channel)]
    sample = sample_of(channel, by)
    return page_of(request, "messaging/way.html", form, test=test, channel=channel, said=said, sample=sample)


@login_required
@require_POST
def came(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """已送达: whoever asked for a message to themselves says that it came."""
    community, by = keeper(request)
    delivery = Delivery.objects.select_related("community").filter(id=delivery_id, community=community).first()
    if delivery is None:
        raise Http404
    write = partial(confirmed, delivery, by)
    answer_once(request.POST.get("once", ""), dict(request.POST), by=by, write=write)
    messages.success(request, _("记下了：已送达。"))
    return redirect("messaging:way", delivery.channel_id)


def confirmed(delivery: Delivery, by: Acting) -> UUID:
    """Somebody has it in their hand."""
    return confirm_delivery(delivery=delivery, by=by).id


def can_have_come(delivery: Delivery) -> bool:
    """Whether somebody may know more of it than the other side has said."""
    return delivery.state in (Delivery.State.ACCEPTED, Delivery.State.UNKNOWN)


def delivery_row(delivery: Delivery) -> parts.Row:
    """What the other side said, in plain words, with its own code beside it."""
    word = state_words()[delivery.state]
    note = answer_words(delivery.state, delivery.code)
    return parts.Row(delivery.message.title, note, icon="say", state=STATES.get(delivery.state, "pending"), word=word)


def answer_words(state: str, code: str) -> str:
    """Why a delivery stands where it does."""
    known = {
        "address-inside": _("网址指向内部网络，没有去连。"),
        "unreachable": _("连不上对方的服务器，过一会儿再试。"),
        "timeout": _("对方一直没有回答，不知道收没收下。"),
        "cut-off": _("说到一半断了，不知道收没收下。"),
        "smtp-sign-in": _("邮件服务器不认账号或者密码。"),
    }
    plain = {
        "accepted": _("对方收下了。到没到手机，要问本人。"),
        "confirmed": _("问过本人，收到了。"),
        "refused": _("对方不收。"),
        "throttled": _("对方让等一等再发。"),
        "unknown": _("对方的回答看不懂，不知道收没收下。"),
        "waiting": _("还没有发。"),
    }
    words = known.get(code) or plain[state]
    return _("%(words)s（%(code)s）") % {"words": words, "code": code} if code else words


@login_required
@require_http_methods(["GET", "POST"])
def quiet(request: HttpRequest) -> HttpResponse:
    """When what is not urgent waits."""
    community, by = keeper(request)
    now = quiet_hours_of(community)
    form = QuietForm(request.POST or None, initial={"begins": now.begins, "ends": now.ends} if now else None)

    def write() -> UUID:
        return set_quiet_hours(community=community, by=by, **form.cleaned_data).id

    if form.is_bound and done(request, form, by, write, _("存好了。")):
        return redirect("messaging:ways")
    return page_of(request, "messaging/quiet.html", form)


@login_required
@require_http_methods(["GET", "POST"])
def reviewers(request: HttpRequest) -> HttpResponse:
    """Who reviews public texts, and who does when that takes too long."""
    community, by = keeper(request)
    duty = review_duty_of(community)
    initial = {"reviewer": duty.reviewer_id, "deputy": duty.deputy_id} if duty else None
    form = ReviewersForm(request.POST or None, people=office_people(community), initial=initial)

    def write() -> UUID:
        return name_reviewers(community=community, by=by, **form.cleaned_data).id

    if form.is_bound and done(request, form, by, write, _("存好了。")):
        return redirect("messaging:ways")
    return page_of(request, "messaging/reviewers.html", form)


def page_of(request: HttpRequest, template: str, form: Form, **more: object) -> HttpResponse:
    """A form's page, with a new key; what was refused keeps what was typed, but for secrets."""
    page = {"form": form, "once": uuid.uuid4().hex, **more}
    return render(request, template, page, status=400 if request.method == "POST" else 200)
