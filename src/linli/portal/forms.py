"""What a reader writes to find something; what the office says of a key, a blank, an archive; a number to show."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.portal.models import ApiKey
from linli.portal.queries.search import MOST_LETTERS
from linli.portal.services import themes
from linli.portal.sources import SOURCES
from linli.record import clock
from linli.web.parts import Option


class SearchForm(forms.Form):
    """Words that all of what is found must have."""

    words = forms.CharField(
        label=_("找什么"),
        max_length=MOST_LETTERS,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "enterkeyhint": "search"}),
        help_text=_("两个字就能找，例如：电梯。几个词用空格隔开。"),
    )


SCOPES = (
    (ApiKey.Scope.READ_PLACES, _("地点（没有门户和人）")),
    (ApiKey.Scope.READ_MATTERS, _("议题")),
    (ApiKey.Scope.READ_RESULTS, _("各单元的结果")),
)


class KeyForm(forms.Form):
    """A key for a program: whose it is, and what it may read."""

    name = forms.CharField(label=_("给哪个程序用、谁来管"), max_length=60, help_text=_("例如：街道的统计表，李工"))
    scopes = forms.MultipleChoiceField(
        label=_("能读什么"),
        choices=SCOPES,
        widget=forms.CheckboxSelectMultiple,
    )


class BlankForm(forms.Form):
    """An office's own blank: its name, what it is filled from, and the file."""

    title = forms.CharField(label=_("这张空表叫什么"), max_length=80, help_text=_("例如：加装电梯公示申请表"))
    source = forms.ChoiceField(label=_("填什么进去"), widget=forms.RadioSelect)
    upload = forms.FileField(
        label=_("空表文件"),
        help_text=_("本单位自己的 .docx 或 .xlsx，不带宏。在要填的地方写上 {{字段}}。"),
        widget=forms.FileInput(attrs={"accept": ".docx,.xlsx"}),
    )

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        choices = [(key, Option(source.name, "、".join(source.fields))) for key, source in SOURCES.items()]
        self.fields["source"].choices = choices  # type: ignore[attr-defined]


class ArchiveForm(forms.Form):
    """台账: theme, period, and whether personal data stay in it."""

    theme = forms.ChoiceField(label=_("哪一类"), widget=forms.RadioSelect)
    since = forms.DateField(label=_("从哪天"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(label=_("到哪天"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    masked = forms.ChoiceField(label=_("个人信息"), widget=forms.RadioSelect, initial="yes")
    reason = forms.CharField(
        label=_("为什么不遮盖"),
        required=False,
        max_length=200,
        help_text=_("只有不遮盖时要写，例如：区里审计要核对一户一表。"),
    )

    def __init__(self, *args: object, may_unmask: bool, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        whole = Option(
            _("不遮盖，含一户一表的照片"), _("只有书记、主任能做；会记下是谁、为什么，也只有他能下载。"), not may_unmask
        )
        masks = [("yes", Option(_("遮盖"), _("不含一户一表的照片，电话、身份证号码遮盖。"))), ("no", whole)]
        self.fields["masked"].choices = masks  # type: ignore[attr-defined]
        self.fields["theme"].choices = [(key, theme.name) for key, theme in themes().items()]  # type: ignore[attr-defined]
        if len(themes()) == 1:
            self.fields["theme"].initial = next(iter(themes()))
        today = clock.today()
        self.fields["since"].initial = date(today.year, 1, 1)
        self.fields["until"].initial = today


class PhoneForm(forms.Form):
    """A number for residents to see; empty takes it back."""

    phone = forms.CharField(
        label=_("给居民看的电话"),
        required=False,
        max_length=40,
        help_text=_("只给本社区的居民看。留空就是不给看。"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
