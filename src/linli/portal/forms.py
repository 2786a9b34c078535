"""A telephone number to show."""

from django import forms
from django.utils.translation import gettext_lazy as _


class PhoneForm(forms.Form):
    """A number for residents to see; empty takes it back."""

    phone = forms.CharField(
        label=_("给居民看的电话"),
        required=False,
        max_length=40,
        help_text=_("只给本社区的居民看。留空就是不给看。"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
