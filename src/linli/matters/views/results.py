"""A result that another took the place of, and looking into one: asking for it, ending it, the file to count again."""

import json
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.matters import papers as on_paper
from linli.matters.forms import RecountForm
from linli.matters.models import Matter
from linli.matters.queries import objections_to
from linli.matters.services import look_into_result, note_recount_file
from linli.matters.views.acts import fetch, office, once_key
from linli.matters.words import acts_words
from linli.record.acting import Acting, actor
from linli.record.services import answer_once
from linli.rules.errors import Forbidden, Refused
from linli.voting.models import Drive, Recount
from linli.voting.policy import require_clerk
from linli.voting.queries import Decision, decisions_of, recount_file, recount_under_way, tasks_waiting
from linli.voting.services import decide_anew, keep_result
from linli.web.dates import full_day
from linli.web.papers import attached
from linli.web.refusal import add_refusal, words_of


def fetch_decided(request: HttpRequest, matter_id: UUID) -> tuple[Matter, Drive]:
    """The matter and its drive, once it is decided."""
    found = fetch(request, matter_id)
    if found.drive is None or found.drive.state != Drive.State.DECIDED:
        raise Http404
    return found, found.drive


def find_decision(drive: Drive, number: int) -> Decision:
    """One of the counts of a drive, from 1."""
    for decision in decisions_of(drive):
        if decision.number == number:
            return decision
    raise Http404


@require_safe
def earlier(request: HttpRequest, matter_id: UUID, number: int) -> HttpResponse:
    """A result that another took the place of, as it was, marked as replaced; the one that stands has its own page."""
    found, drive = fetch_decided(request, matter_id)
    decision = find_decision(drive, number)
    if decision.stands:
        return redirect("matters:result", found.id)
    page = {
        "paper": on_paper.result_paper(found, decision),
        "back_url": reverse("matters:result", args=[found.id]),
        "back_label": _("看现在的结果"),
        "replaced": True,
    }
    return render(request, "matters/result.html", page)


@login_required
@require_http_methods(["GET", "POST"])
def recount(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """Let a result be looked into again; while that goes on, how far it is and its two ends."""
    found, drive = fetch_decided(request, matter_id)
    by = office(request, found.place)
    under_way = recount_under_way(drive)
    if under_way is not None and request.method != "POST":
        return render(request, "matters/looked-into.html", under_way_page(found, under_way))
    form = RecountForm(request.POST or None, objections=objections_to(found))
    if request.method == "POST" and form.is_valid():

        def write() -> UUID:
            return look_into_result(matter=found, reason=form.cleaned_data["reason"], objection=form.upheld, by=by).id

        try:
            answer_once(request.POST.get("once", ""), dict(request.POST), by=by, write=write)
            messages.success(request, _("记下了。录入人现在可以核对、更正；新结果出来以前，原来的结果照旧。"))
            return redirect("matters:recount", found.id)
        except Refused as refused:
            add_refusal(form, refused, "objection" if "objection" in refused.code else "reason")
    page = {"form": form, "matter": found, "once": once_key()}
    return render(request, "matters/recount.html", page, status=400 if form.is_bound else 200)


def under_way_page(matter: Matter, recount: Recount) -> dict[str, object]:
    """How far a recount is: why, since when, what was looked at, what waits."""
    return {
        "matter": matter,
        "recount": recount,
        "since": full_day(recount.ordered_at),
        "acts": acts_words(recount),
        "waiting": tasks_waiting(recount.drive),
        "once": once_key(),
    }


@login_required
@require_POST
def end_recount(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """Count everything again, or say that the old result was right: of the recount that the page showed.

    Refused from the page of an earlier one: whoever sent it has not read the one that is open now.
    """
    found, drive = fetch_decided(request, matter_id)
    by = office(request, found.place)
    under_way = drive.recounts.order_by("-number").first()
    if under_way is None:
        raise Http404
    anew = request.POST.get("end") == "anew"
    outcome = request.POST.get("outcome", "")
    try:
        if request.POST.get("recount") != str(under_way.id):
            raise Refused("recount.another", "这一页是上一次核对的，没有记下。请看现在这一次的，再决定。")
        write_end(request, under_way, anew=anew, outcome=outcome, by=by)
    except Forbidden:
        raise
    except Refused as refused:
        messages.error(request, words_of(refused))
        return redirect("matters:recount", found.id)
    messages.success(request, _("新的结果出来了。") if anew else _("记下了：原来的结果没有错。"))
    return redirect("matters:result", found.id)


def write_end(request: HttpRequest, recount: Recount, *, anew: bool, outcome: str, by: Acting) -> None:
    """End the recount one way or the other, once."""

    def write() -> UUID:
        done = decide_anew(recount=recount, by=by) if anew else keep_result(recount=recount, outcome=outcome, by=by)
        return done.id

    answer_once(request.POST.get("once", ""), [str(recount.id), anew, outcome], by=by, write=write)


@login_required
@require_safe
def recount_at_home(request: HttpRequest, matter_id: UUID, number: int) -> HttpResponse:
    """One unit of one result as the file that ``linli rules verdict`` counts again, for a clerk named on the drive.

    It names every door with its answer, so that each time is written in the record.
    """
    found, drive = fetch_decided(request, matter_id)
    by = actor(request)
    require_clerk(by, drive)
    decision = find_decision(drive, number)
    asked = request.GET.get("scope", "")
    scope = next((each.scope for each in decision.results if str(each.scope_id) == asked), decision.results[0].scope)
    note_recount_file(matter=found, number=number, by=by)
    file = json.dumps(recount_file(drive, decision, scope.id), ensure_ascii=False, indent=1)
    answer = attached(file.encode(), "application/json", f"{found.number}-{scope.name}-{number}.json")
    answer.headers["Cache-Control"] = "no-store"
    return answer
