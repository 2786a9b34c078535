"""What a clerk says once for a whole stack of slips."""

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.community.models import Person
from linli.record import clock
from linli.voting.models import Drive, DriveWorker


class StackForm(forms.Form):
    """Who collected the stack, who witnessed, and the date on the slips."""

    collector = forms.ModelChoiceField(label=_("谁收的表"), queryset=Person.objects.none(), empty_label=None)
    witness = forms.CharField(label=_("谁见证"), max_length=60, help_text=_("表上签了名的见证人。"))
    collected_on = forms.DateField(
        label=_("表上写的日期"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), initial=clock.today
    )

    def __init__(self, *args: object, drive: Drive, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        named = DriveWorker.objects.filter(drive=drive, task=DriveWorker.Task.COLLECTOR)
        self.fields["collector"].queryset = Person.objects.filter(  # type: ignore[attr-defined]
            id__in=named.values("person")
        ).order_by("name")
