"""What the pages of notices and of the review show, made of the parts of ``web``; no rule and no write is here."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.community.policy import can
from linli.messaging.forms import KINDS, REASONS, ReasonForm, WordsForm
from linli.messaging.models import Appeal, Notice, NoticeObjection, Posting, Review
from linli.messaging.policy import POST_NOTICE, WRITE_NOTICE, can_decide_appeal, can_review
from linli.messaging.queries import Board, Said, board_of, said_of, segments_of
from linli.messaging.queries.notices import may_post
from linli.record import clock
from linli.record.acting import Acting
from linli.rules.packs import shelf
from linli.web import parts
from linli.web.dates import day, full_day
from linli.web.law import language_of

#: More days than these are told in a sentence: cells would be too small to read.
MOST_CELLS = 31


# ── the board ────────────────────────────────────────────────────────────────────────────────────────────────────────


def board_rows(notices: Iterable[Notice]) -> list[parts.Row]:
    """The list of the board."""
    rows = []
    for notice in notices:
        state, word = notice_state(notice)
        note = parts.numbered(notice.number, notice.place.name)
        url = reverse("messaging:notice", args=[notice.id])
        rows.append(parts.Row(notice.title, note, url, icon="notice", state=state, word=word))
    return rows


def notice_state(notice: Notice) -> tuple[parts.State, str]:
    """Where a notice stands, as a mark and a word."""
    state = Notice.State
    if notice.state == state.WITHDRAWN:
        return "no", _("已撤回")
    if notice.state in (state.ENDED, state.DOWN):
        return "done", _("已满期") if notice.state == state.ENDED else _("已撤下")
    if notice.state == state.RUNNING and notice.last_day:
        return "now", _("公示中，到%(day)s") % {"day": day(notice.last_day)}
    if notice.review.state == Review.State.RETURNED:
        return "late", _("退回修改")
    return ("open", _("等着张贴")) if notice.review.is_public else ("pending", _("等审核"))


# ── one notice ───────────────────────────────────────────────────────────────────────────────────────────────────────


def notice_page(notice: Notice, viewer: Acting | None) -> dict[str, Any]:
    """Everything that the page of a notice shows to this reader."""
    board, said = board_of(notice), said_of(notice)
    office = viewer is not None and can(viewer, WRITE_NOTICE, notice.place)
    begun = board.left < len(board.postings)
    state = Notice.State
    open_ = notice.state in (state.PREPARED, state.RUNNING)
    return {
        "notice": notice,
        "state": notice_state(notice),
        "text": notice.review.shown,
        "facts": notice_facts(notice, board),
        "days_words": days_words(notice, board),
        "cells": cells_of(notice, board),
        "postings": [posting_line(posting, notice, viewer) for posting in board.postings],
        "said": said,
        "said_words": said_words(said),
        "questions": [question_of(each, office) for each in said.shown],
        "office": office,
        "may_post": may_post(viewer, board),
        "reason": reason_words(notice.review),
        "can_object": viewer is not None and open_ and begun,
        "can_withdraw": office and open_,
        "withdraw": WordsForm(),
    }


def notice_facts(notice: Notice, board: Board) -> list[tuple[str, object]]:
    """Who posts it, by which rule, where, and where an objection can be brought."""
    facts: list[tuple[str, object]] = [(_("落款"), notice.issuer.name)]
    if notice.pack:
        facts.append((_("依据"), language_of(shelf().in_force(notice.pack, written_on(notice)).article)))
    places = _("、").join(posting.label for posting in board.postings[:12])
    if len(board.postings) > 12:
        places = ngettext("%(n)s处门口", "%(n)s处门口", len(board.postings)) % {"n": len(board.postings)}
    facts.append((_("贴在哪里"), places))
    facts.append((_("有意见找谁"), notice.contact))
    return facts


def written_on(notice: Notice) -> date:
    """The community's day on which a notice was written."""
    return localtime(notice.written_at).date()


def days_words(notice: Notice, board: Board) -> str:
    """The days as a sentence: from when to when, or what is still missing for them to begin."""
    if board.days:
        return _("公示%(n)s天：%(first)s至%(last)s") % {
            "n": notice.days,
            "first": full_day(board.days[0]),
            "last": day(board.days[-1]),
        }
    return _("公示%(n)s天，从最后一处贴好的第二天起算。") % {"n": notice.days}


def cells_of(notice: Notice, board: Board) -> list[parts.Day]:
    """One cell for each day, with what today makes of it."""
    if not 0 < len(board.days) <= MOST_CELLS or notice.state == Notice.State.WITHDRAWN:
        return []
    today = clock.today()
    return [
        parts.Day(
            f"{each.month}/{each.day}" if n == 0 or each.day == 1 else str(each.day),
            "today" if each == today else "past" if each < today else "ahead",
        )
        for n, each in enumerate(board.days)
    ]


def posting_line(posting: Posting, notice: Notice, viewer: Acting | None) -> dict[str, Any]:
    """One door: when the paper went up and came down, and what this reader can say of it."""
    may = viewer is not None and can(viewer, POST_NOTICE, posting.place)
    state = Notice.State
    over = notice.state in (state.ENDED, state.WITHDRAWN, state.DOWN)
    if posting.down_at:
        words = _("%(up)s贴，%(down)s撤下") % {"up": moment(posting.posted_at), "down": moment(posting.down_at)}
    elif posting.posted_at:
        words = _("%(when)s贴好") % {"when": moment(posting.posted_at)}
    else:
        words = _("还没贴")
    return {
        "posting": posting,
        "mark": "done" if posting.posted_at else "open",
        "words": words,
        "can_post": may and not posting.posted_at and notice.review.is_public and notice.state == state.PREPARED,
        "can_take_down": may and bool(posting.posted_at) and not posting.down_at and over,
        "photo": may and posting.photo_id,
        "last_photo": may and posting.last_photo_id,
    }


def moment(when: Any) -> str:
    """7月20日 17:40."""
    return f"{day(when)} {time_format(localtime(when), 'H:i')}" if when else ""


def said_words(said: Said) -> str:
    """How many objections there are, with what is not shown and why it is counted."""
    if not said.total:
        return _("还没有收到意见。")
    words = ngettext("收到%(n)s条意见", "收到%(n)s条意见", said.total) % {"n": said.total}
    rest = []
    if said.waiting:
        rest.append(ngettext("%(n)s条在审", "%(n)s条在审", said.waiting) % {"n": said.waiting})
    if said.hidden:
        rest.append(ngettext("%(n)s条没有显示", "%(n)s条没有显示", said.hidden) % {"n": said.hidden})
    return words + (_("，") + _("，").join(rest) if rest else "") + _("。")


def question_of(objection: NoticeObjection, office: bool) -> dict[str, Any]:
    """One objection that all may read, and its answer."""
    answered = objection.reply is not None and objection.reply.is_public
    may_answer = office and (objection.reply is None or objection.reply.state == Review.State.RETURNED)
    return {
        "title": objection.review.shown,
        "when": day(objection.at),
        "state": "done" if answered else "ask",
        "word": _("已答复") if answered else _("等答复"),
        "reply": objection.reply.shown if objection.reply is not None and answered else "",
        "answer": reverse("messaging:answer", args=[objection.id]) if may_answer else "",
        "review": reverse("messaging:review", args=[objection.review_id]) if office else "",
    }


# ── the review ───────────────────────────────────────────────────────────────────────────────────────────────────────


def of_words(review: Review) -> str:
    """What kind of text it is."""
    words = {Review.Of.NOTICE: _("公示"), Review.Of.OBJECTION: _("对公示的意见"), Review.Of.REPLY: _("对意见的答复")}
    return words[Review.Of(review.of)]


def review_state(review: Review) -> tuple[parts.State, str]:
    """Where a text stands."""
    states: dict[str, tuple[parts.State, str]] = {
        Review.State.WAITING: ("pending", _("等审核")),
        Review.State.APPROVED: ("done", _("已公开")),
        Review.State.RETURNED: ("late", _("退回修改")),
        Review.State.HIDDEN: ("no", _("没有显示")),
    }
    return states[review.state]


def reason_words(review: Review) -> str:
    """Why a text was sent back or hidden, by the list and in the reviewer's words; empty where it was not."""
    if not review.reason:
        return ""
    return _("%(reason)s：%(words)s") % {"reason": REASONS[Review.Reason(review.reason)], "words": review.words}


def queue_page(waiting: Sequence[Review], appeals: Sequence[Appeal], own: Sequence[Review]) -> dict[str, Any]:
    """The three lists of the review."""
    return {
        "waiting": [queue_row(each) for each in waiting],
        "appeals": [
            parts.Row(
                each.review.title,
                of_words(each.review),
                reverse("messaging:review", args=[each.review_id]),
                icon="scales",
                state="ask",
                word=_("申诉，%(day)s") % {"day": day(each.at)},
            )
            for each in appeals
        ],
        "own": [row_of(each, *review_state(each)) for each in own],
    }


def queue_row(review: Review) -> parts.Row:
    """A text that waits, with how long it still may."""
    hours = int((review.due_at - clock.now()).total_seconds() // 3600)
    if hours < 0:
        late = ngettext("晚了%(n)s小时", "晚了%(n)s小时", -hours) % {"n": -hours}
        return row_of(review, "late", late)
    left = ngettext("还有%(n)s小时", "还有%(n)s小时", hours) % {"n": hours} if hours else _("不到1小时")
    return row_of(review, "pending", left)


def row_of(review: Review, state: parts.State, word: str) -> parts.Row:
    """A text as a line of a list."""
    url = reverse("messaging:review", args=[review.id])
    return parts.Row(review.title, of_words(review), url, icon="pen", state=state, word=word)


def review_page(review: Review, viewer: Acting) -> dict[str, Any]:
    """One text as written, with what is covered marked, and what this reader can do with it."""
    state = Review.State
    reviewing = can_review(viewer, review)
    mine = viewer.person is not None and review.by_person_id == viewer.person
    appeals = list(review.appeals.order_by("-at"))
    pending = next((each for each in appeals if each.state == Appeal.State.WAITING), None)
    segments = segments_of(review)
    chosen = set(review.uncovered)
    return {
        "review": review,
        "what": of_words(review),
        "state": review_state(review),
        "segments": segments,
        "pieces": [
            (each.number, each.words, each.shown, KINDS[each.kind], each.number in chosen)
            for each in segments
            if each.kind
        ],
        "shown": review.shown or "".join(each.shown if each.kind else each.words for each in segments),
        "reason": reason_words(review),
        "can_decide": reviewing and review.state == state.WAITING,
        "can_hide": reviewing and review.state == state.APPROVED and review.of != Review.Of.NOTICE,
        "can_appeal": mine and review.state in (state.RETURNED, state.HIDDEN) and pending is None,
        "appeals": [appeal_words(each) for each in appeals],
        "judging": pending if pending is not None and can_decide_appeal(viewer, review) else None,
        "return_form": ReasonForm(hiding=False, prefix=None),
        "hide_form": ReasonForm(hiding=True, prefix=None),
        "words_form": WordsForm(),
    }


def appeal_words(appeal: Appeal) -> dict[str, str]:
    """An appeal and its answer, for the author and the committee."""
    words = {
        Appeal.State.WAITING: ("ask", _("等监督委员会答复")),
        Appeal.State.UPHELD: ("no", _("维持原来的处理")),
        Appeal.State.OVERTURNED: ("done", _("改为公开")),
    }
    state, word = words[Appeal.State(appeal.state)]
    return {"words": appeal.words, "answer": appeal.answer, "state": state, "word": word, "when": day(appeal.at)}
