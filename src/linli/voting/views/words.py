"""How a word is shown to those who may see it: its answer as a mark, who gave it, how, and the evidence of it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from linli.voting.models import Voice
from linli.voting.queries import MARKS
from linli.web.dates import day


def word_facts(word: Voice) -> dict[str, Any]:
    """One word: the answer, how it was given, and where its evidence can be seen."""
    return {
        "word": word,
        "state": MARKS[word.choice],
        "says": word.get_choice_display(),
        "how": how(word),
        "signature": reverse("voting:signature", args=[word.id]) if word.signature_id else "",
    }


def how(word: Voice) -> str:
    """How a word was given: on paper, with who collected and who witnessed, or on whose phone and under what."""
    if word.channel == Voice.Channel.PAPER:
        facts = {
            "day": day(word.given_on) if word.given_on else _("没写日期"),
            "collector": word.collector.name if word.collector else "",
            "witness": word.witness or _("没有见证人"),
        }
        return _("纸表，%(day)s，%(collector)s收，见证：%(witness)s") % facts
    name = word.author.name if word.author else ""
    words = _("手机，%(day)s，%(name)s手写签名") if word.signature_id else _("手机，%(day)s，%(name)s打字签名")
    return words % {"day": day(word.at), "name": name}
