"""What people fill in for a notice, an objection, and the review of a text."""

import re
from collections.abc import Mapping, Sequence
from typing import cast

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from linli.community.models import Organisation, Person, Place
from linli.messaging.channels.sms import ANSWER, BATCH, FIELDS, FINE, HEADERS
from linli.messaging.models import Notice, NoticeObjection, Review
from linli.messaging.services.reviews import LONGEST, REASONS_TO_HIDE
from linli.record import clock
from linli.rules.packs import Pack, shelf
from linli.web.law import language_of
from linli.web.parts import Option

REASONS = {
    Review.Reason.PRIVACY: _("说了别人的隐私"),
    Review.Reason.UNTRUE: _("核实过，不是事实"),
    Review.Reason.INSULT: _("骂人、侮辱人"),
    Review.Reason.ADVERTISING: _("广告"),
    Review.Reason.UNLAWFUL: _("违法的内容"),
    Review.Reason.INCOMPLETE: _("没写全，请补充"),
}
"""The listed reasons in words. Criticism of anybody's work is none of them."""

KINDS = {
    "identity": _("证件号"),
    "phone": _("电话"),
    "plate": _("车牌"),
    "room": _("门牌号"),
    "name": _("姓名"),
}
"""What the program covers, in words."""


def rule_option(pack: Pack) -> tuple[str, Option]:
    """A rule to choose, with how many days it asks for, where it says."""
    least = pack.notice_days.value
    hint = _("至少%(n)s天") % {"n": least} if least else _("规定里没有写明天数")
    return pack.id, Option(language_of(pack.title), hint)


def large(rows: int) -> forms.Textarea:
    """A box for several lines."""
    return forms.Textarea(attrs={"rows": rows})


OFF = {"autocomplete": "off"}


class ChannelForm(forms.Form):
    """A way out: what is kept of it is sealed, and never shown again. When it is changed, what is empty stays."""

    title = forms.CharField(label=_("叫什么"), max_length=40, help_text=_("例如：社区短信"))

    #: What is one tap away: title, words, the names of its fields.
    GROUPS: Sequence[tuple[Promise, Promise, Sequence[str]]] = ()

    def __init__(
        self, *args: object, changing: bool = False, now: Mapping[str, object] | None = None, **more: object
    ) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        if changing:
            del self.fields["title"]
            later = {name for _title, _words, names in self.GROUPS for name in names}
            for name, field in self.fields.items():
                field.required = field.required and name in later
                field.initial = (now or {}).get(name)

    @property
    def first(self) -> list[forms.BoundField]:
        """The fields that everybody fills in."""
        later = {name for _title, _words, names in self.GROUPS for name in names}
        return [field for field in self if field.name not in later]

    @property
    def groups(self) -> list[tuple[Promise, Promise, list[forms.BoundField], bool]]:
        """The rest, group by group; open where something in it is wrong."""
        return [
            (title, words, [self[name] for name in names], any(self[name].errors for name in names))
            for title, words, names in self.GROUPS
        ]

    @property
    def told(self) -> dict[str, object]:
        """What the channel is told."""
        return {name: value for name, value in self.cleaned_data.items() if name != "title"}


#: Names in a request's head, in its body, in the answer: what stands before ``_`` in the names of the form's fields.
PLACES = ("headers", "fields", "answer")


def named(label: Promise, usual: str) -> forms.CharField:
    """How a gateway calls something."""
    return forms.CharField(label=cast(str, label), max_length=64, initial=usual, widget=forms.TextInput(attrs=OFF))


class SmsForm(ChannelForm):
    """An SMS gateway, as its provider names it."""

    url = forms.CharField(label=_("网关的网址"), max_length=400, help_text=_("服务商给的，以 https:// 开头。"))
    key_id = forms.CharField(label=_("账号（key）"), max_length=120, widget=forms.TextInput(attrs=OFF))
    secret = forms.CharField(
        label=_("密钥"), max_length=400, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    signature = forms.CharField(label=_("短信签名"), max_length=40, required=False, help_text=_("例如：【广顺园社区】"))
    signing = forms.ChoiceField(
        label=_("怎么签名"),
        choices=[
            ("hmac-hex", _("HMAC-SHA256，写成十六进制")),
            ("hmac-base64", _("HMAC-SHA256，写成 Base64")),
            ("bearer", _("直接带密钥：Authorization: Bearer")),
            ("basic", _("直接带账号和密钥：Authorization: Basic")),
        ],
        initial="hmac-hex",
        help_text=_("HMAC 签的是：时间戳、一个换行、请求正文。"),
    )
    headers_key = named(_("请求头：账号"), HEADERS["key"])
    headers_at = named(_("请求头：时间戳（秒）"), HEADERS["at"])
    headers_proof = named(_("请求头：签名"), HEADERS["proof"])
    fields_list = named(_("这一批短信"), FIELDS["list"])
    fields_key = named(_("每条的编号"), FIELDS["key"])
    fields_to = named(_("手机号"), FIELDS["to"])
    fields_text = named(_("短信的话"), FIELDS["text"])
    extra = forms.CharField(
        label=_("另外要带的"),
        max_length=1000,
        required=False,
        widget=large(3),
        help_text=_("一行一个，写成 名字=值，例如：templateId=1234。存了以后不再显示，空着的不改。"),
    )
    answer_whole = named(_("整个回答的代码"), ANSWER["whole"])
    answer_list = named(_("每条的结果"), ANSWER["list"])
    answer_key = named(_("结果里：每条的编号"), ANSWER["key"])
    answer_code = named(_("结果里：代码"), ANSWER["code"])
    answer_receipt = named(_("结果里：回执号"), ANSWER["receipt"])
    fine = forms.CharField(
        label=_("哪些代码算收下"),
        max_length=200,
        initial=", ".join(FINE),
        help_text=_("用逗号隔开。别的代码都算没收。"),
    )
    later = forms.CharField(
        label=_("哪些代码是等一等再发"),
        max_length=200,
        required=False,
        help_text=_("发得太快时对方回的代码，用逗号隔开。"),
    )
    batch = forms.IntegerField(label=_("一次最多发几条"), min_value=1, max_value=1000, initial=BATCH)
    honours_keys = forms.BooleanField(
        label=_("同一个编号，对方保证只发一次"),
        required=False,
        help_text=_("说明书里写明了才勾。勾上以后，没等到回答的会再发一次。"),
    )

    GROUPS = (
        (
            _("签名"),
            _("名字照说明书抄，对不上的改掉，对得上的不用动。"),
            ("signing", "headers_key", "headers_at", "headers_proof"),
        ),
        (
            _("发出去的正文里，各叫什么"),
            _("正文是 JSON。"),
            ("fields_list", "fields_key", "fields_to", "fields_text", "extra"),
        ),
        (
            _("怎么看对方收没收"),
            _("只看对方回答里的代码。在别的字段里面的，用点连起来，例如：Response.List。"),
            ("answer_whole", "answer_list", "answer_key", "answer_code", "answer_receipt", "fine", "later"),
        ),
        (_("一次发多少"), _("照说明书的上限写。"), ("batch", "honours_keys")),
    )

    @property
    def told(self) -> dict[str, object]:
        """What the gateway is told: names by their place, codes one by one, what else is sent by its name."""
        told: dict[str, object] = {}
        for name, value in super().told.items():
            place, _line, inner = name.partition("_")
            if place in PLACES:
                names = cast(dict[str, str], told.setdefault(place, {}))
                names.update({inner: str(value)} if value else {})
            else:
                told[name] = value
        codes = {name: [each.strip() for each in re.split("[,，]", str(told[name]))] for name in ("fine", "later")}
        told.update({name: [each for each in said if each] for name, said in codes.items()})
        pairs = [line.partition("=") for line in str(told["extra"]).splitlines() if line.strip()]
        told["extra"] = {key.strip(): said.strip() for key, _equals, said in pairs}
        return {name: value for name, value in told.items() if value or name not in ("fine", "extra")}


class EmailForm(ChannelForm):
    """A mail server and the account that writes."""

    host = forms.CharField(label=_("邮件服务器"), max_length=200, help_text=_("例如：smtp.example.cn"))
    port = forms.IntegerField(label=_("端口"), min_value=1, max_value=65535, initial=465)
    security = forms.ChoiceField(
        label=_("加密方式"), choices=[("tls", "TLS (465)"), ("starttls", "STARTTLS (587)")], initial="tls"
    )
    user = forms.CharField(label=_("账号"), max_length=200, required=False, widget=forms.TextInput(attrs=OFF))
    password = forms.CharField(
        label=_("密码或授权码"),
        max_length=400,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    sender = forms.CharField(label=_("发件地址"), max_length=200, widget=forms.TextInput(attrs=OFF))
    name = forms.CharField(label=_("发件人的名字"), max_length=60, required=False, widget=forms.TextInput(attrs=OFF))


class TryForm(forms.Form):
    """Where a message to oneself goes."""

    address = forms.CharField(label=_("发给自己：手机号或者邮箱"), max_length=200)


class MailForm(forms.Form):
    """To whom a paper goes, and what for."""

    address = forms.EmailField(
        label=_("发给谁：邮箱地址"),
        max_length=200,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
    )
    purpose = forms.CharField(
        label=_("为什么发"), max_length=200, help_text=_("会记在留痕里，例如：交街道备案。不要写人名和电话。")
    )


class QuietForm(forms.Form):
    """When what is not urgent waits."""

    begins = forms.TimeField(label=_("从几点"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    ends = forms.TimeField(label=_("到几点"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))


class ReviewersForm(forms.Form):
    """Who reviews public texts."""

    reviewer = forms.ModelChoiceField(label=_("审核人"), queryset=Person.objects.none(), empty_label=_("请选"))
    deputy = forms.ModelChoiceField(
        label=_("替补"),
        queryset=Person.objects.none(),
        empty_label=_("请选"),
        help_text=_("审核人24小时没看的，转给替补。"),
    )

    def __init__(self, *args: object, people: QuerySet[Person], **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        for name in ("reviewer", "deputy"):
            self.fields[name].queryset = people  # type: ignore[attr-defined]


class NoticeForm(forms.Form):
    """One notice: what is told, where, for how long, by whom, and where an objection can be brought."""

    title = forms.CharField(label=_("题目"), max_length=80, help_text=_("例如：聚鑫园加装电梯协议公示"))
    text = forms.CharField(
        label=_("内容"),
        max_length=LONGEST,
        widget=large(8),
        help_text=_("电话、证件号、车牌、门牌号和名册上的姓名会自动遮住，审核的人再看一遍。"),
    )
    place = forms.ModelChoiceField(
        label=_("贴在哪里"),
        queryset=Place.objects.none(),
        empty_label=None,
        help_text=_("每个单元门口贴一张。"),
    )
    issuer = forms.ModelChoiceField(label=_("落款"), queryset=Organisation.objects.none(), empty_label=None)
    pack = forms.ChoiceField(label=_("按哪条规定公示"), widget=forms.RadioSelect, required=False)
    days = forms.IntegerField(
        label=_("公示几天"),
        min_value=1,
        max_value=365,
        help_text=_("从最后一处贴好的第二天起算。"),
    )
    contact = forms.CharField(
        label=_("有意见到哪里提"), max_length=120, help_text=_("写电话和地点，例如：社区服务站一楼，022-0000-0000")
    )
    circle = forms.ChoiceField(
        label=_("网上给谁看"),
        widget=forms.RadioSelect,
        choices=[
            (Notice.Circle.RESIDENTS, Option(_("本社区居民"), _("从楼道的链接进门才能看"))),
            (Notice.Circle.NET, Option(_("所有人"), _("不用进门也能看"))),
        ],
        initial=Notice.Circle.RESIDENTS,
    )

    def __init__(self, *args: object, community: Place, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        kinds = [Place.Kind.COMMUNITY, Place.Kind.COMPOUND, Place.Kind.BUILDING]
        places = Place.objects.filter(community=community, kind__in=kinds).order_by("path", "sort_key")
        self.fields["place"].queryset = places  # type: ignore[attr-defined]
        self.fields["issuer"].queryset = Organisation.objects.filter(community=community).order_by("name")  # type: ignore[attr-defined]
        today = clock.today()
        here = [pack for pack in shelf() if pack.in_force_at(today) and pack.holds_at(community.area_code)]
        self.fields["pack"].choices = [("", Option(_("没有专门的规定"), _("天数由社区定"))), *map(rule_option, here)]  # type: ignore[attr-defined]


class TextForm(forms.Form):
    """One public text, to be reviewed before anybody reads it."""

    text = forms.CharField(label=_("内容"), max_length=LONGEST, widget=large(8))


class ObjectionForm(forms.Form):
    """What somebody has against a notice, with or without a name."""

    text = forms.CharField(
        label=_("您的意见"),
        max_length=LONGEST,
        widget=large(6),
        help_text=_("写事情就行。审过以后公开，里面的电话、门牌号和姓名会遮住。"),
    )
    named = forms.ChoiceField(
        label=_("要不要写名字"),
        widget=forms.RadioSelect,
        choices=[
            ("yes", Option(_("写名字"), _("只有社区知道；有了答复能找到您，被退回可以申诉"))),
            ("no", Option(_("不写名字"), _("也受理，但是没法单独找您"))),
        ],
        initial="yes",
    )
    way = forms.ChoiceField(
        label=_("意见是怎么来的"),
        widget=forms.RadioSelect,
        required=False,
        choices=[
            (NoticeObjection.Way.WEB, _("我自己的意见")),
            (NoticeObjection.Way.PHONE, _("居民打电话说的")),
            (NoticeObjection.Way.COUNTER, _("居民到社区当面说的")),
        ],
        initial=NoticeObjection.Way.WEB,
    )

    def __init__(self, *args: object, office: bool, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        if not office:
            del self.fields["way"]


class ReasonForm(forms.Form):
    """Why a text is sent back or hidden: by the list, and in words to who wrote it."""

    reason = forms.ChoiceField(label=_("原因"), widget=forms.RadioSelect)
    words = forms.CharField(label=_("告诉写的人哪里要改"), max_length=400, widget=large(3))

    def __init__(self, *args: object, hiding: bool, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        listed = [(key, words) for key, words in REASONS.items() if not hiding or key in REASONS_TO_HIDE]
        self.fields["reason"].choices = listed  # type: ignore[attr-defined]


class WordsForm(forms.Form):
    """A few words: an appeal, its answer, why a notice is withdrawn."""

    words = forms.CharField(label=_("说明"), max_length=400, widget=large(3))
