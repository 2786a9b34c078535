"""What people fill in to come in, to ask somebody to help, and what the office fills in about people."""

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.accounts import words
from linli.community.models import Organisation, Place
from linli.web.parts import Option

NAME = {"autocomplete": "name"}
OFF = {"autocomplete": "off"}


class DoorForm(forms.Form):
    """Who stands before the door."""

    name = forms.CharField(label=_("您的姓名"), max_length=60, widget=forms.TextInput(attrs=NAME))
    relation = forms.ChoiceField(label=_("这是您家吗？您是"), widget=forms.RadioSelect)

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        hints = {"owner": _("房本上有您的名字"), "family": _("住在这里"), "tenant": _("租住在这里")}
        self.fields["relation"].choices = [  # type: ignore[attr-defined]
            (value, Option(word, hints[value])) for value, word in words.relation_words().items()
        ]


class DeclineForm(forms.Form):
    """Why somebody is not known at a door."""

    reason = forms.CharField(label=_("为什么不是，对方会看到"), max_length=200, widget=forms.TextInput(attrs=OFF))


class HelperForm(forms.Form):
    """Who may look after one's matters."""

    name = forms.CharField(label=_("家里人的姓名"), max_length=60, widget=forms.TextInput(attrs=OFF))
    kin = forms.ChoiceField(label=_("是您的什么人"), widget=forms.RadioSelect)

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["kin"].choices = list(words.kin_words().items())  # type: ignore[attr-defined]


class HelpAtDoorForm(HelperForm):
    """The same, said at the door to somebody who writes it down."""

    door = forms.CharField(
        label=_("哪一户"), max_length=60, help_text=_("例如：一单元1201"), widget=forms.TextInput(attrs=OFF)
    )
    elder = forms.CharField(label=_("老人的姓名"), max_length=60, widget=forms.TextInput(attrs=OFF))
    evidence = forms.CharField(
        label=_("老人怎么说的，谁在场"),
        max_length=200,
        help_text=_("例如：本人当面说请女儿代看，邻居郝素琴在场。"),
        widget=forms.Textarea,
    )
    field_order = ("door", "elder", "name", "kin", "evidence")

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)
        self.fields["name"].label = _("请谁代看：姓名")
        self.fields["kin"].label = _("是老人的什么人")


class FindDoorForm(forms.Form):
    """A door, as it is called."""

    door = forms.CharField(
        label=_("哪一户"), max_length=60, help_text=_("例如：一单元1201"), widget=forms.TextInput(attrs=OFF)
    )


class ReadmitForm(forms.Form):
    """Somebody who lost their phone."""

    basis = forms.ChoiceField(label=_("您怎么知道是本人要的"), widget=forms.RadioSelect)
    number_too = forms.BooleanField(
        label=_("手机卡也丢了，还没有补"),
        required=False,
        help_text=_("勾上，登记的手机号就划掉：捡到的人收不到短信里的数字。"),
    )

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["basis"].choices = list(words.basis_words().items())  # type: ignore[attr-defined]


class PhoneForm(forms.Form):
    """One's own phone number."""

    phone = forms.CharField(
        label=_("手机号"),
        required=False,
        max_length=30,
        help_text=_("空着保存，就是不登记。"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )


class AskCodeForm(forms.Form):
    """The phone that a code is sent to."""

    phone = forms.CharField(
        label=_("您的手机号"),
        max_length=30,
        help_text=_("要和社区登记的一样。"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )


class PhoneCodeForm(forms.Form):
    """The six digits of the message."""

    number = forms.CharField(
        label=_("短信里的六位数字"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class NumberForm(forms.Form):
    """The second key's number."""

    number = forms.CharField(
        label=_("验证器上的六位数字"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class PersonForm(forms.Form):
    """Somebody new on the roster."""

    name = forms.CharField(label=_("姓名"), max_length=60, widget=forms.TextInput(attrs=OFF))


class RoleForm(forms.Form):
    """A role for somebody."""

    kind = forms.ChoiceField(label=_("做什么"), widget=forms.RadioSelect)
    title = forms.CharField(
        label=_("职务叫什么"),
        max_length=40,
        help_text=_("按你们的叫法，例如：楼栋长、红管家、居委会录入员。"),
        widget=forms.TextInput(attrs=OFF),
    )
    place = forms.ModelChoiceField(label=_("管哪里"), queryset=Place.objects.none())
    organisation = forms.ModelChoiceField(
        label=_("属于哪个组织"), queryset=Organisation.objects.none(), required=False, empty_label=_("不属于哪个组织")
    )

    def __init__(
        self, *args: object, places: list[tuple[int, Place]], organisations: list[Organisation], **more: object
    ) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["kind"].choices = list(words.role_words().items())  # type: ignore[attr-defined]
        at, body = self.fields["place"], self.fields["organisation"]
        assert isinstance(at, forms.ModelChoiceField)
        assert isinstance(body, forms.ModelChoiceField)
        at.queryset = Place.objects.filter(id__in=[place.id for _, place in places])
        at.choices = [(place.id, "　" * depth + place.name) for depth, place in places]
        body.queryset = Organisation.objects.filter(id__in=[each.id for each in organisations])


class LeadersForm(forms.Form):
    """Up to three building leaders in one go: the name, and where each leads."""

    ROWS = 3

    title = forms.CharField(
        label=_("职务的叫法"),
        max_length=40,
        help_text=_("按你们的叫法，例如：楼栋长、红管家。"),
        widget=forms.TextInput(attrs=OFF),
    )

    def __init__(self, *args: object, places: list[tuple[int, Place]], **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        allowed = Place.objects.filter(id__in=[place.id for _, place in places])
        for n in range(1, self.ROWS + 1):
            name = forms.CharField(
                label=_("第%(n)s位楼长的姓名") % {"n": n},
                max_length=60,
                required=n == 1,
                widget=forms.TextInput(attrs=OFF),
            )
            at = forms.ModelChoiceField(
                label=_("第%(n)s位管哪里") % {"n": n}, queryset=allowed, required=n == 1, empty_label=_("请选")
            )
            at.choices = [("", _("请选")), *((place.id, "　" * depth + place.name) for depth, place in places)]
            self.fields |= {f"name_{n}": name, f"place_{n}": at}

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The name and the place of each."""
        return [(self[f"name_{n}"], self[f"place_{n}"]) for n in range(1, self.ROWS + 1)]

    @property
    def leaders(self) -> list[tuple[str, Place]]:
        """Who was written down, and where each leads."""
        data = self.cleaned_data
        return [(data[f"name_{n}"], data[f"place_{n}"]) for n in range(1, self.ROWS + 1) if data[f"name_{n}"]]

    def clean(self) -> dict[str, object]:
        """Whoever has a name leads somewhere."""
        for n in range(1, self.ROWS + 1):
            if self.cleaned_data.get(f"name_{n}") and not self.cleaned_data.get(f"place_{n}"):
                self.add_error(f"place_{n}", _("请选这一位管哪里。"))
        return self.cleaned_data


class BodyForm(forms.Form):
    """A body that convenes, decides, carries or supervises."""

    name = forms.CharField(label=_("组织的名称"), max_length=80, widget=forms.TextInput(attrs=OFF))
    kinds = forms.MultipleChoiceField(label=_("它是什么，可以勾几项"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["kinds"].choices = list(words.body_words().items())  # type: ignore[attr-defined]


class CallForm(forms.Form):
    """What a phone number is looked at for."""

    purpose = forms.ChoiceField(label=_("为了什么看，会告诉本人"), widget=forms.RadioSelect)

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        offered = [(value, word) for value, word in words.purpose_words().items() if value != "deliver"]
        self.fields["purpose"].choices = offered  # type: ignore[attr-defined]
