"""What the office fills in to raise a matter and to put it to those who decide."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django import forms
from django.db.models import Case, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.community.models import Organisation, Person, Place, Role
from linli.matters.models import Matter
from linli.matters.queries import packs_today
from linli.messaging.models import NoticeObjection
from linli.record import clock
from linli.rules.packs import Pack
from linli.voting.models import Drive, SharePlan
from linli.web.dates import day
from linli.web.law import language_of
from linli.web.parts import Option


def pack_option(pack: Pack) -> tuple[str, Option]:
    """A rule to choose: its title, and where it is written."""
    return pack.id, Option(language_of(pack.title), language_of(pack.article))


#: What a building is named with.
WITHIN = (Place.Kind.COMPOUND, Place.Kind.ZONE)


class PlaceField(forms.ModelChoiceField):
    """A place to choose, named with what it stands in: many compounds have a 1号楼."""

    def label_from_instance(self, obj: Place) -> str:
        above = obj.parent
        return f"{above.name} {obj.name}" if above is not None and above.kind in WITHIN else obj.name


class AnnounceForm(forms.Form):
    """The notice of a result: its words, which the reviewer reads too, for how long, and where to object."""

    text = forms.CharField(label=_("公示内容"), max_length=4000, widget=forms.Textarea(attrs={"rows": 10}))
    days = forms.IntegerField(
        label=_("公示几天"), min_value=1, max_value=365, help_text=_("从最后一处贴好的第二天起算。")
    )
    contact = forms.CharField(
        label=_("有意见到哪里提"), max_length=120, help_text=_("写电话和地点，例如：社区服务站一楼，022-0000-0000")
    )


class WithdrawForm(forms.Form):
    """Why a matter is taken back."""

    why = forms.CharField(
        label=_("为什么撤回"), max_length=200, help_text=_("大家都看得到，例如：题目写错了，重新提一件。")
    )


def words_shown(objection: NoticeObjection) -> str | Promise:
    """The beginning of an objection, as far as everybody may read it."""
    return objection.review.shown[:60] if objection.review.is_public else _("还没有公开")


class RecountForm(forms.Form):
    """Why a result is looked into again: for an objection to its notice, or for another reason in words."""

    objection = forms.ChoiceField(
        label=_("因为哪条意见"), widget=forms.RadioSelect, required=False, choices=[("", _("不是因为公示的意见"))]
    )
    reason = forms.CharField(
        label=_("为什么要重新核对"),
        max_length=200,
        help_text=_("会写在结果上，大家都看得到，不要写门牌和姓名。例如：有一张纸表录反了。"),
    )

    def __init__(self, *args: object, objections: Sequence[NoticeObjection], **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.said = {str(each.id): each for each in objections}
        choices = [(id_, Option(day(each.at), words_shown(each))) for id_, each in self.said.items()]
        if choices:
            self.fields["objection"].choices += choices  # type: ignore[attr-defined]
        else:
            del self.fields["objection"]

    @property
    def upheld(self) -> NoticeObjection | None:
        """The objection that is upheld."""
        return self.said.get(self.cleaned_data.get("objection", ""))


class MatterForm(forms.Form):
    """One matter: what is wanted, where, by which rule, and who convenes, carries and supervises.

    With ``matter`` it mends one that was raised; where it is stays.
    """

    title = forms.CharField(label=_("要办什么事"), max_length=80, help_text=_("一句话，例如：给聚鑫园加装一部电梯"))
    words = forms.CharField(
        label=_("为什么要办"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("说给邻居听的话。"),
    )
    place = PlaceField(label=_("在哪里"), queryset=Place.objects.none(), empty_label=None)
    pack = forms.ChoiceField(label=_("按哪条规则表态"), widget=forms.RadioSelect)
    convener = forms.ModelChoiceField(label=_("谁牵头"), queryset=Organisation.objects.none(), empty_label=None)
    carrier = forms.ModelChoiceField(
        label=_("谁办事"), queryset=Organisation.objects.none(), required=False, empty_label=_("还没定")
    )
    supervisor = forms.ModelChoiceField(
        label=_("谁监督"), queryset=Organisation.objects.none(), required=False, empty_label=_("还没定")
    )
    storeys = forms.IntegerField(
        label=_("楼有几层"), required=False, min_value=1, max_value=200, help_text=_("判断补贴用；不是加装电梯就不填。")
    )
    has_lift = forms.ChoiceField(
        label=_("楼里现在有电梯吗"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("yes", pgettext_lazy("answer", "有")), ("no", pgettext_lazy("answer", "没有")), ("", _("不涉及"))],
    )
    cost = forms.DecimalField(
        label=_("估算要花多少钱"), required=False, min_value=Decimal("0.01"), max_digits=14, decimal_places=2
    )
    circle = forms.ChoiceField(
        label=_("给谁看"),
        widget=forms.RadioSelect,
        choices=[
            (Matter.Circle.RESIDENTS, Option(_("本社区居民"), _("从楼道的链接进门才能看"))),
            (Matter.Circle.NET, Option(_("所有人"), _("不用进门也能看；仍然只有每个单元几户"))),
        ],
        initial=Matter.Circle.RESIDENTS,
    )

    def __init__(self, *args: object, community: Place, matter: Matter | None = None, **more: object) -> None:
        if matter is not None:
            more["initial"] = as_filled_in(matter)
        super().__init__(*args, **more)  # type: ignore[arg-type]
        kinds = [Place.Kind.COMPOUND, Place.Kind.BUILDING]
        places = Place.objects.filter(community=community, kind__in=kinds).select_related("parent")
        within = Case(When(parent__kind__in=WITHIN, then="parent__sort_key"), default="sort_key")
        places = places.order_by(within, "-kind", "sort_key")
        organisations = Organisation.objects.filter(community=community).order_by("name")
        for name, queryset in (
            ("place", places),
            ("convener", organisations),
            ("carrier", organisations),
            ("supervisor", organisations),
        ):
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]
        packs = [pack_option(pack) for pack in packs_today(community.area_code)]
        self.fields["pack"].choices = packs  # type: ignore[attr-defined]
        if matter is not None:
            del self.fields["place"]

    @property
    def building_facts(self) -> dict[str, int | bool]:
        """What a subsidy is judged by, as far as it was filled in."""
        facts: dict[str, int | bool] = {}
        if self.cleaned_data.get("storeys"):
            facts["storeys"] = self.cleaned_data["storeys"]
        if self.cleaned_data.get("has_lift"):
            facts["has_lift"] = self.cleaned_data["has_lift"] == "yes"
        return facts

    @property
    def cost_fen(self) -> int | None:
        """The estimate in fen."""
        cost = self.cleaned_data.get("cost")
        return None if cost is None else int(cost * 100)


def as_filled_in(matter: Matter) -> dict[str, object]:
    """What the form of a matter was filled in with."""
    has_lift = matter.building_facts.get("has_lift")
    return {
        "title": matter.title,
        "words": matter.words,
        "pack": matter.pack,
        "convener": matter.convener_id,
        "carrier": matter.carrier_id,
        "supervisor": matter.supervisor_id,
        "storeys": matter.building_facts.get("storeys"),
        "has_lift": "" if has_lift is None else "yes" if has_lift else "no",
        "cost": None if matter.cost is None else Decimal(matter.cost) / 100,
        "circle": matter.circle,
    }


class PutForm(forms.Form):
    """Putting a matter to those who decide: until when, who knocks, who enters, what neighbours see meanwhile."""

    closes_on = forms.DateField(
        label=_("表态到哪一天"),
        help_text=_("到那天24时为止。路上的表三天内还可以送到。"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    collectors = forms.ModelMultipleChoiceField(
        label=_("谁上门收表"), queryset=Person.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    clerks = forms.ModelMultipleChoiceField(
        label=_("谁录入"), queryset=Person.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    progress = forms.ChoiceField(
        label=_("进度给邻居看吗"),
        widget=forms.RadioSelect,
        choices=[
            (Drive.Progress.LIVE, Option(_("边走边看"), _("只有每个单元几户；到了法定比例就不再写还差几户"))),
            (Drive.Progress.AFTER_CLOSING, Option(_("结束以后再看"), _("表态期间谁也看不到数"))),
        ],
        initial=Drive.Progress.LIVE,
    )
    share_method = forms.ChoiceField(
        label=_("费用怎么分摊"),
        widget=forms.RadioSelect,
        required=False,
        choices=[
            (SharePlan.Method.AREA, Option(_("按面积"), _("没有另外约定时，民法典第二百八十三条"))),
            (SharePlan.Method.EQUAL, Option(_("各户一样"), _("大家用的是同一段，例如都从街面到3层"))),
        ],
    )
    share_reason = forms.CharField(
        label=_("为什么这样分摊"), required=False, max_length=200, help_text=_("选了怎么分摊，就写一句。")
    )

    def __init__(self, *args: object, matter: Matter, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        today = clock.today()
        roles = Role.objects.filter(community=matter.community_id, since__lte=today).exclude(until__lte=today)
        people = Person.objects.filter(roles__in=roles).distinct().order_by("name")
        self.fields["collectors"].queryset = people  # type: ignore[attr-defined]
        self.fields["clerks"].queryset = people.filter(  # type: ignore[attr-defined]
            roles__kind__in=[Role.Kind.CLERK, Role.Kind.SECRETARY, Role.Kind.DIRECTOR]
        )
        if not matter.cost:
            del self.fields["share_method"], self.fields["share_reason"]

    @property
    def closes_at(self) -> datetime:
        """The end of the day chosen: 24:00 of that day (Civil Code 203)."""
        day: date = self.cleaned_data["closes_on"]
        return datetime.combine(day + timedelta(days=1), time(0), tzinfo=clock.SHANGHAI)
