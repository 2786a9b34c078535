"""A notice on paper: what hangs at the doors, in the same words as its page."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from linli.messaging.models import Notice
from linli.messaging.queries import board_of, notice_for
from linli.messaging.views import pages
from linli.record.acting import Acting
from linli.web.dates import full_day
from linli.web.papers import Days, Facts, Outgoing, Paper, Small, Text


def notice_paper(notice: Notice) -> Paper:
    """The notice as it hangs, its text approved: paper cannot know the day, so nothing on it says today."""
    board, text = board_of(notice), notice.review.shown
    cells = [cell.label for cell in pages.cells_of(notice, board)]
    day = full_day(notice.posted_on or localtime(notice.written_at))
    words = pages.days_words(notice, board)
    return Paper(
        issuer=notice.issuer.name,
        number=notice.number,
        date=day,
        title=notice.title,
        blocks=(
            *(Text(line.strip()) for line in text.splitlines() if line.strip()),
            Facts([(what, str(holds)) for what, holds in pages.notice_facts(notice, board)[1:]]),
            Small(words),
            *([Days(cells, words)] if cells else []),
            Small(_("从最后一处贴好的第二天起算，到最后一天24时为止；最后一天是休息日的，顺延。撤下时另记。")),
            Text(objection_words(notice)),
        ),
        signed=(notice.issuer.name, day),
        stamp=True,
        proof=(
            _("扫码看它改没改过，也看全文、提意见"),
            _("全文的核验码") + f" {notice.review.shown_code}",
        ),
        code=settings.ADDRESS + reverse("check", args=[notice.thread_id]),
        language=get_language() or settings.LANGUAGE_CODE,
    )


def notice_to_mail(viewer: Acting, notice_id: UUID) -> Outgoing:
    """The notice as it may be sent to anybody who reads it; ``Notice.DoesNotExist`` before its text is approved."""
    notice = notice_for(viewer, notice_id)
    if not notice.review.is_public:
        raise Notice.DoesNotExist
    page = reverse("messaging:sheet", args=[notice.id])
    return Outgoing(notice_paper(notice), notice.community_id, notice.number, page)


def objection_words(notice: Notice) -> str:
    """Until when and where somebody says that they do not agree."""
    if notice.last_day:
        return _(
            "有不同意见的，请在%(last_day)s24时前提出，写名字、不写名字都受理：扫码，或者找%(contact)s。每一条意见都会答复。"
        ) % {"last_day": full_day(notice.last_day), "contact": notice.contact}
    return _("有不同意见的，请在满期前提出，写名字、不写名字都受理：扫码，或者找%(contact)s。每一条意见都会答复。") % {
        "contact": notice.contact
    }
