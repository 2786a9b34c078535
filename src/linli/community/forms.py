"""What the office fills in to put a compound on the map, lay out its doors and bring in its register."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.community.models import Place
from linli.rules.doors import EXAMPLE
from linli.web.parts import Option


class PlaceForm(forms.Form):
    """A compound, or a building that stands alone."""

    kind = forms.ChoiceField(
        label=_("加的是什么"),
        widget=forms.RadioSelect,
        choices=[(Place.Kind.COMPOUND, _("小区")), (Place.Kind.BUILDING, _("单独一栋楼"))],
        initial=Place.Kind.COMPOUND,
    )
    name = forms.CharField(label=_("叫什么名字"), max_length=80, help_text=_("例如：聚鑫园"))


class RuleForm(forms.Form):
    """The doors of one building, said in one line; in a compound of several, which building it is."""

    building = forms.CharField(
        label=_("哪一栋"),
        required=False,
        max_length=80,
        help_text=_("小区有几栋楼，就一栋一栋排，例如：2号楼。只有一栋的不用填。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    rule = forms.CharField(
        label=_("这栋楼怎么排"),
        max_length=200,
        help_text=_("写几个单元、住宅几层到几层、每层几户。有商铺的话接着写：1–2层商铺4间。"),
        widget=forms.TextInput(attrs={"placeholder": EXAMPLE, "autocomplete": "off"}),
    )

    def __init__(self, *args: object, place: Place, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        if place.kind == Place.Kind.BUILDING:
            del self.fields["building"]

    @property
    def said(self) -> str:
        """All that was typed: only what was seen first is laid out."""
        return "\n".join(self.cleaned_data.values())


class SeveralFiles(forms.FileInput):
    """A box that takes several files at once."""

    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """Files chosen in such a box, each sound by itself."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(SeveralFilesField, self).clean(one, initial) for one in data or [None]]


class RegisterForm(forms.Form):
    """The office's own spreadsheets; several complete one another."""

    file = SeveralFilesField(
        label=_("选表格文件，可以一次选几个"),
        help_text=_(".xlsx、.xls、.ods、.csv 都行。几张表会按门牌拼到一起。先给您看一遍，点了“写入”才算。"),
        widget=SeveralFiles(attrs={"accept": ".xlsx,.xls,.ods,.csv"}),
    )


class OrderForm(forms.Form):
    """What the clerk decides about a register: which of one name are one person, and whether it is whole."""

    same_people = forms.MultipleChoiceField(
        label=_("下面这些名字各有几套房。是同一个人的，请勾上；不勾就算不同的人。"),
        help_text=_("计票时，同一个人的几套房只算一人。"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    whole = forms.BooleanField(
        label=_("这份表写全了：表里没有的门户，登记的住户和业主都记作已经不在"),
        help_text=_("不勾，表里没有的门户一概不动。"),
        required=False,
    )

    def __init__(self, *args: object, names: Mapping[str, tuple[str, ...]], absent: bool, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        if not absent:
            del self.fields["whole"]
        if not names:
            del self.fields["same_people"]
            return
        choices = [(name, Option(name, "、".join(doors))) for name, doors in names.items()]
        self.fields["same_people"].choices = choices  # type: ignore[attr-defined]
