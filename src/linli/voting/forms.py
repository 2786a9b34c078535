"""What a clerk says once for a whole stack of slips, a pasted chain, and what an owner answers on the phone."""

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.community.models import Person
from linli.record import clock
from linli.rules.chain.lines import LONGEST
from linli.voting.models import Drive, DriveWorker, Voice
from linli.web.parts import Option


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
        if clock.now() >= drive.closes_at:
            # What arrives late may lack either; an officer then looks at it.
            self.fields["witness"].required = self.fields["collected_on"].required = False
        self.fields["collector"].queryset = Person.objects.filter(  # type: ignore[attr-defined]
            id__in=named.values("person")
        ).order_by("name")


class ChainForm(forms.Form):
    """A chain as it was copied in the chat."""

    text = forms.CharField(
        label=_("把接龙贴在这里"),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=LONGEST,
        help_text=_("在群里长按接龙，点复制，整段贴进来。新的接龙直接再贴一次，不用删旧的。"),
    )


class CorrectionForm(forms.Form):
    """What a paper says that was read wrongly, as another reads it now."""

    choice = forms.ChoiceField(label=_("纸上写的是"), widget=forms.RadioSelect, choices=Voice.Choice.choices)
    objection = forms.BooleanField(label=_("纸上写了明确反对"), required=False)
    signer = forms.CharField(label=_("表上签名的业主"), max_length=60, required=False)
    reason = forms.CharField(label=_("原来错在哪里"), max_length=200, help_text=_("例如：勾的是不同意，录成了同意。"))

    def __init__(self, *args: object, objections: bool, unowned: bool, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        if not objections:
            del self.fields["objection"]
        if not unowned:
            del self.fields["signer"]


class VoiceForm(forms.Form):
    """One owner's answer: three of equal weight, none chosen beforehand; and an explicit objection, where it counts."""

    choice = forms.ChoiceField(
        label=_("您家的意见"),
        widget=forms.RadioSelect,
        choices=[
            (Voice.Choice.YES, Option(_("同意"), _("赞成照这样办"))),
            (Voice.Choice.NO, Option(_("不同意"), _("不赞成，不用说理由"))),
            (Voice.Choice.ABSTAIN, Option(_("暂不表态"), _("还没想好；也算参加了表态"))),
        ],
    )
    objection = forms.BooleanField(
        label=_("我还要明确反对"),
        required=False,
        help_text=_("不同意不等于明确反对。勾了，这件事就要先处理您的反对意见。"),
    )

    def __init__(self, *args: object, objections: bool, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        if not objections:
            del self.fields["objection"]
