"""What a reader writes to find something, and what the office says of a key for a program."""

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.portal.models import ApiKey
from linli.portal.queries.search import MOST_LETTERS


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
"""What a key may read, in words."""


class KeyForm(forms.Form):
    """A key for a program: whose it is, and what it may read."""

    name = forms.CharField(label=_("给哪个程序用、谁来管"), max_length=60, help_text=_("例如：街道的统计表，李工"))
    scopes = forms.MultipleChoiceField(
        label=_("能读什么"),
        choices=SCOPES,
        widget=forms.CheckboxSelectMultiple,
    )
