"""What a reader writes to find something."""

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.portal.queries.search import MOST_LETTERS


class SearchForm(forms.Form):
    """Words that all of what is found must have."""

    words = forms.CharField(
        label=_("找什么"),
        max_length=MOST_LETTERS,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "enterkeyhint": "search"}),
        help_text=_("两个字就能找，例如：电梯。几个词用空格隔开。"),
    )
