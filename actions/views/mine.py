"""My actions: what a person owes, most pressing first, what is up to date, and the sending of all that is ready."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from actions.forms.updates import UpdateForm
from actions.models import Action, DeadlineExtension, Draft, ProgressUpdate
from actions.progress import (
    Asked,
    Standing,
    cannot_confirm,
    default_period,
    plural,
    pressing,
    wants_words,
)
from actions.rating import LIVE, LOOKS, SUBMITTABLE, Look, Rating
from actions.services import drafts
from actions.views.drafts import (
    keep_what_failed,
    prefix_of,
    take_back,
    typed_in,
    waits_for_sign_in,
    wanting,
    words_in,
    writer_of,
)
from actions.views.verbs import (
    form_for,
    send,
    tell_of_others,
    tell_of_repeats,
    tell_of_the_plans_end,
    tell_of_what_was_left_out,
)
from actions.views.words import LastWords, last_words
from partners.models import Cover
from priorities.doors import Moment, SignedIn, for_those_at_work
from priorities.models import UpdateRound
from priorities.periods import Period, PeriodKind
from sheets import csv_text

MOST = 200
"""More rows than one person can answer for; the page says so instead of growing without end."""


@dataclass(frozen=True)
class Mine:
    """One of a person's actions: how it stands, what was last said and kept, and which period the next update is about.

    `form` is there when the row has just been sent and refused: it holds what was typed and why it was refused. `seen` is
    the newest update with a rating that this page knows of; `unchanged`, whether what was last received on the period
    asked about is a confirmation without words. `more_time`: until when the coordinator lets this one wait; `draft_wants`: what keeps the
    draft from being sent, "" for one that is ready. `cover`: by which it is this person's to
    update, where it is somebody else's.
    """

    action: Action
    standing: Standing
    words: LastWords | None
    about: Period | None
    may_confirm: bool = False
    wants_words: bool = False
    draft: Draft | None = None
    draft_wants: str = ""
    form: UpdateForm | None = None
    seen: int = 0
    unchanged: bool = False
    more_time: dt.date | None = None
    cover: Cover | None = None
    key: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def draft_ready(self) -> bool:
        return self.draft is not None and not self.draft_wants

    @property
    def ratings(self) -> list[tuple[str, Look]]:
        """What can be said of it, to choose from."""
        return [(rating.value, LOOKS[rating]) for rating in SUBMITTABLE]


@dataclass(frozen=True)
class Unsent:
    """An action just sent to that cannot take it any more: why, and what was typed, each text with its question."""

    action: Action
    sentence: str
    words: list[tuple[str, str]]


@dataclass(frozen=True)
class MyActions:
    """The page: rows waiting for an update, up to date, and closed; and how many of those waiting could be sent now."""

    round: UpdateRound | None
    settled: bool
    past_due: bool
    owed: list[Mine]
    current: list[Mine]
    closed: list[Mine]
    more: bool
    writer: str
    unsent: list[Unsent]

    @property
    def any(self) -> bool:
        return bool(self.owed or self.current or self.closed)

    @property
    def ready(self) -> list[Mine]:
        return [row for row in self.rows if row.draft_ready and row.form is None]

    @property
    def rows(self) -> list[Mine]:
        return [*self.owed, *self.current]

    @property
    def any_more_time(self) -> bool:
        return any(row.more_time for row in self.owed)

    @property
    def unchanged(self) -> int:
        """How many of those up to date were confirmed without words."""
        return sum(row.unchanged for row in self.current)

    @property
    def refused(self) -> list[tuple[Action, str, str]]:
        """Rows just sent and refused: the action, the field that is first at fault ("" for none), and why."""
        found = []
        for row in self.rows:
            if row.form is None:
                continue
            for name, sentences in row.form.errors.items():
                place = "" if name == "__all__" else row.form[name].id_for_label or row.form[name].auto_id
                found.append((row.action, place, str(sentences[0])))
        return found


@for_those_at_work
@require_safe
def show_mine(request: SignedIn) -> HttpResponse:
    moment = Moment.of(request)
    take_back(request, moment)
    return render(request, "actions/mine.html", {"page": _page(request, moment)})


@waits_for_sign_in(then="actions:mine")
@for_those_at_work
@require_POST
def send_ready(request: SignedIn) -> HttpResponse:
    """Send all rows that are ready, each for itself: what stands in its form, or else what was kept of it.

    One that is refused keeps no other back, and stays on the page with what was typed and the reason.
    """
    moment = Moment.of(request)
    sent: list[tuple[UpdateForm, ProgressUpdate]] = []
    refused: dict[int, UpdateForm] = {}
    gone: list[Unsent] = []
    for action in _named(request, moment):
        form = _form_of(request, action, moment)
        if form is None:
            continue
        typed = typed_in(form.data, form.prefix or "")
        try:
            if not request.user.has_perm("actions.post_update", action):
                raise PermissionDenied
            update = send(request, form, moment)
        except PermissionDenied:
            whose = action.owner or action.lead_partner
            sentence = f"{action.ref} is with {whose} now and no longer yours to update."
            gone.append(Unsent(action, sentence, words_in(typed)))
            continue
        if update is None:
            refused[action.pk] = form
            keep_what_failed(action, request.user, typed, moment)
            continue
        sent.append((form, update))
    _tell(request, sent)
    if not refused and not gone:
        if not sent:
            messages.info(request, "Nothing was waiting to be sent.")
        return redirect("actions:mine")
    return render(request, "actions/mine.html", {"page": _page(request, moment, refused, gone)})


def _tell(request: SignedIn, sent: list[tuple[UpdateForm, ProgressUpdate]]) -> None:
    new = [(form, update) for form, update in sent if not update.is_repeat]
    if new:
        messages.success(request, _told([update for _, update in new]))
    tell_of_repeats(request, [(form, update) for form, update in sent if update.is_repeat])
    for form, update in new:
        tell_of_others(request, update, since=form.cleaned_data["seen"])
        tell_of_what_was_left_out(request, form, update)
        tell_of_the_plans_end(request, form.action, form.cleaned_data["new_due_on"])


@for_those_at_work
@require_safe
def my_updates(request: SignedIn) -> StreamingHttpResponse:
    """Everything this person has ever said in updates, newest first, as a CSV file; their own words, restricted or not."""
    mine = ProgressUpdate.objects.filter(by=request.user).order_by("-submitted_at", "-pk")
    rows = mine.select_related("action", "help_wanted_from", "on_behalf_of").iterator(chunk_size=500)
    file = StreamingHttpResponse(csv_text(COLUMNS, map(_as_row, rows)), content_type="text/csv; charset=utf-8")
    file["Content-Disposition"] = f'attachment; filename="my-updates-{timezone.localdate().isoformat()}.csv"'
    return file


COLUMNS = (
    "Sent at",
    "Reference",
    "Action",
    "About",
    "Kind",
    "Rating",
    "What has happened",
    "Why",
    "Recovery",
    "Help wanted",
    "Help wanted from",
    "Delivered",
    "Restricted",
    "Late",
    "On behalf of",
)


def _as_row(update: ProgressUpdate) -> tuple[str | bool | dt.datetime, ...]:
    return (
        timezone.localtime(update.submitted_at),
        update.action.ref,
        update.action.title,
        update.period.label,
        update.get_kind_display(),
        LOOKS[Rating(update.rating)].word if update.rating else "",
        update.narrative,
        update.reason,
        update.recovery,
        update.help_wanted,
        update.help_wanted_from.name if update.help_wanted_from else "",
        update.achievement,
        update.restricted,
        update.late,
        update.on_behalf_of.name if update.on_behalf_of else "",
    )


def _named(request: SignedIn, moment: Moment) -> list[Action]:
    """The actions whose rows were sent, as far as this person may see them, in the order they were named."""
    named = [
        int(text) for text in request.POST.getlist("row") if text.isascii() and text.isdecimal() and len(text) < 11
    ]
    seen = Action.objects.visible_to(request.user).for_list(moment.today, moment.asked).select_related("plan", "deputy")
    found = {action.pk: action for action in seen.filter(pk__in=named[:MOST])}
    return [found[pk] for pk in dict.fromkeys(named) if pk in found]


def _form_of(request: SignedIn, action: Action, moment: Moment) -> UpdateForm | None:
    """The row's form as sent; without one, as it was kept; None when there is neither."""
    prefix = prefix_of(action.pk)
    if f"{prefix}-submission_key" in request.POST:
        return form_for(action, request.user, moment, request.POST, prefix=prefix, in_row=True)
    draft = drafts.drafts_of(request.user, [action]).get(action.pk)
    if draft is None:
        return None
    data = _as_sent(draft, prefix)
    data[f"{prefix}-draft"] = str(draft.pk)
    data[f"{prefix}-writer"] = writer_of(request.user)
    return form_for(action, request.user, moment, data, prefix=prefix, in_row=True)


def _as_sent(draft: Draft, prefix: str) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, values in draft.content.items():
        data.setlist(f"{prefix}-{name}", values)
    return data


def _wanting(request: SignedIn, action: Action, draft: Draft, moment: Moment) -> str:
    """What keeps a draft from being sent, in a sentence, as the sending itself would say it; a few queries a draft."""
    prefix = prefix_of(action.pk)
    return wanting(request.user, action, _as_sent(draft, prefix), prefix, moment)


def _told(sent: list[ProgressUpdate]) -> str:
    each = "; ".join(f"{update.action.ref} {LOOKS[Rating(update.rating)].word}" for update in sent)
    periods = " and ".join(sorted({update.period.label for update in sent}))
    late = sum(update.late for update in sent)
    came_late = (
        ""
        if not late
        else f" {late} of them came after the day updates were due and {'is' if late == 1 else 'are'} marked late."
    )
    if len(sent) == 1 and late:
        came_late = " It came after the day updates were due and is marked late."
    return f"{plural(len(sent), 'update')} sent: {each}. Recorded for {periods}.{came_late}"


def _page(
    request: SignedIn,
    moment: Moment,
    refused: dict[int, UpdateForm] | None = None,
    gone: list[Unsent] | None = None,
) -> MyActions:
    owed, current, closed = [], [], []
    mine = _mine(request, moment, refused or {})
    for row in sorted(mine[:MOST], key=lambda row: (pressing(row.standing, row.action.due_on), row.action.ref)):
        if row.action.state != LIVE:
            closed.append(row)
        elif row.standing.update.ok or moment.open is None:
            current.append(row)
        else:
            owed.append(row)
    shown = {row.action.pk for row in [*owed, *current]}
    unsent = [*(gone or []), *(_unsent(form) for pk, form in (refused or {}).items() if pk not in shown)]
    return MyActions(
        round=moment.round,
        settled=moment.round is not None and moment.open is None,
        past_due=moment.open is not None and moment.open.updates_due_on < moment.today,
        owed=owed,
        current=current,
        closed=closed,
        more=len(mine) > MOST,
        writer=writer_of(request.user),
        unsent=unsent,
    )


def _unsent(form: UpdateForm) -> Unsent:
    """A refused row that has no place on the page, such as one of an action closed meanwhile."""
    sentences = [str(sentence) for sentences in form.errors.values() for sentence in sentences]
    return Unsent(form.action, " ".join(sentences), words_in(typed_in(form.data, form.prefix or "")))


def _mine(request: SignedIn, moment: Moment, refused: dict[int, UpdateForm]) -> list[Mine]:
    if moment.plan is None:
        return []
    actions = list(
        Action.objects.filter(plan=moment.plan)
        .visible_to(request.user)
        .answered_for_by(request.user)
        .for_list(moment.today, moment.asked)
        .with_unchanged()
        .in_order()[: MOST + 1]
    )
    words = last_words(actions, request.user)
    known = _known(actions)
    about = _next_periods(actions, moment, known)
    kept = drafts.drafts_of(request.user, actions)
    rows = []
    last = _last_ratings(actions, about, known)
    unchanged = _unchanged(actions, known, moment)
    more_time = DeadlineExtension.objects.in_request(moment.open)
    covers = Cover.objects.stood_in_by(request.user, moment.today)
    for action in actions:
        said = last.get(action.pk)
        readable = said is not None and request.user.has_perm("actions.read_restricted", said)
        reason = said.reason if said is not None and readable else ""
        rows.append(
            Mine(
                action=action,
                standing=action.standing(moment.asked, moment.today),
                words=words.get(action.pk),
                about=about[action.pk],
                may_confirm=_may_confirm(action, said, reason, moment),
                wants_words=_wants_words(action, said, reason, moment),
                draft=kept.get(action.pk),
                draft_wants=_wanting(request, action, kept[action.pk], moment) if action.pk in kept else "",
                form=refused.get(action.pk),
                seen=max(known[action.pk].values(), default=0),
                unchanged=action.pk in unchanged,
                more_time=more_time.get(action.pk),
                cover=action.covered(request.user, covers),
            )
        )
    return rows


def _known(actions: list[Action]) -> dict[int, dict[Period, int]]:
    """For each action the newest rating of each period it has one for, as the key of its update; one query."""
    known: dict[int, dict[Period, int]] = {action.pk: {} for action in actions}
    said = ProgressUpdate.objects.filter(action__in=actions).standing().order_by()
    newest = said.values("action", "period_kind", "period_start").annotate(newest=Max("pk"))
    for pk, kind, start, update in newest.values_list("action", "period_kind", "period_start", "newest"):
        known[pk][Period(PeriodKind(kind), start)] = update
    return known


def _unchanged(actions: list[Action], known: dict[int, dict[Period, int]], moment: Moment) -> set[int]:
    """Actions of which nothing but “no change” was last said about the period asked for; one query at most."""
    last = {action.pk: action.latest_update for action in actions if action.latest_update is not None}
    found = {pk for pk, update in last.items() if update.kind == ProgressUpdate.Kind.NO_CHANGE}
    if moment.asked is None:
        return found
    told = {pk: key for pk in last if (key := known[pk].get(moment.asked)) is not None}
    elsewhere = {pk for pk, update in last.items() if told.get(pk) != update.pk}
    if others := [told[pk] for pk in elsewhere if pk in told]:
        confirmed = ProgressUpdate.objects.filter(pk__in=others, kind=ProgressUpdate.Kind.NO_CHANGE)
        return (found - elsewhere) | set(confirmed.order_by().values_list("action", flat=True))
    return found - elsewhere


def _last_ratings(
    actions: list[Action], about: dict[int, Period], known: dict[int, dict[Period, int]]
) -> dict[int, ProgressUpdate]:
    """What “no change” about each action's next period would confirm (the many-row twin of `Action.rating_up_to`)."""
    found: dict[int, ProgressUpdate] = {}
    others: dict[int, int] = {}
    for action in actions:
        earlier = {
            period.start: key for period, key in known[action.pk].items() if period.start <= about[action.pk].start
        }
        if action.latest_update is None or not earlier:
            continue
        key = earlier[max(earlier)]
        if key == action.latest_update_id:
            found[action.pk] = action.latest_update
        else:
            others[action.pk] = key
    if others:
        read = ProgressUpdate.objects.in_bulk(others.values())
        found |= {pk: read[key] for pk, key in others.items()}
    for action in actions:
        if action.pk in found:
            found[action.pk].action = action  # with its names, so that no rule reads it again
    return found


def _next_periods(actions: list[Action], moment: Moment, known: dict[int, dict[Period, int]]) -> dict[int, Period]:
    """For each action the period its next update is about (the many-row twin of `Action.period_choice`); one query."""
    assert moment.plan is not None  # noqa: S101 - a plan is where the actions came from
    asked = [
        Asked(period=round_.period, due_on=round_.updates_due_on, settled=round_.settled_at is not None)
        for round_ in UpdateRound.objects.asked_by(moment.plan, moment.today)
    ]
    return {
        action.pk: default_period(asked, set(known[action.pk]), action.starts_on, moment.plan.update_kind, moment.today)
        for action in actions
    }


def _may_confirm(action: Action, said: ProgressUpdate | None, reason: str, moment: Moment) -> bool:
    """Whether “No change, confirmed” would be taken; only a live action takes updates."""
    unchanged = getattr(action, "unchanged", 0)
    return action.state == LIVE and not _refusal(action, said, reason, moment, unchanged=unchanged)


def _wants_words(action: Action, said: ProgressUpdate | None, reason: str, moment: Moment) -> bool:
    """Whether words alone keep On track from being confirmed: it was confirmed without any often enough."""
    on_track = said is not None and said.rating == Rating.ON_TRACK and not reason
    wanted = on_track and wants_words(getattr(action, "unchanged", 0))
    return wanted and action.state == LIVE and not _refusal(action, said, reason, moment, unchanged=0)


def _refusal(action: Action, said: ProgressUpdate | None, reason: str, moment: Moment, *, unchanged: int) -> str:
    rating = Rating(said.rating) if said else None
    return cannot_confirm(rating, reason, action.due_on, moment.today, unchanged=unchanged)
