"""Who is to be told what today: what people owe, what is missing elsewhere, what happened. Reads only; `chasing` writes it down."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Q, Value
from django.urls import reverse
from django.utils import timezone

from actions import emails, ladder
from actions.ladder import Step
from actions.models import Action, DeadlineExtension, Notice, Reminder
from actions.progress import pressing
from actions.services.answering import Workforce
from partners.models import EmailChoice, OutgoingEmail, User
from performance.asking import Step as FigureStep
from performance.services.asking import Ask, asks_of, is_still_owed, told_in
from priorities import working_days
from priorities.models import Plan, UpdateRound
from priorities.periods import british

if TYPE_CHECKING:
    from actions.models import NoticeQuerySet
    from priorities.periods import Period

#: Local time from which people are written to on a working day.
FROM = dt.time(8, 0)
#: How long a notice waits for a digest. What is older is no news: nobody is sent months of it when the portal first starts.
NEWS = dt.timedelta(days=14)
#: Lines of one part; what follows is a number, and the page it leads to shows the rest.
MOST_LINES = 25


@dataclass(frozen=True, slots=True)
class Entry:
    """A line for the ledger."""

    round: UpdateRound
    step: Step
    due_on: dt.date
    actions: int


@dataclass(frozen=True, slots=True)
class Due:
    """One person's digest of one day: its words, and what it answers for."""

    reader: User
    day: dt.date
    message: emails.Message
    entries: list[Entry]
    nudges: list[int]
    notices: list[int]
    asks: list[Ask]

    @property
    def dedupe_key(self) -> str:
        return f"{_prefix(self.day)}{self.reader.pk}"


def digests_due(now: dt.datetime) -> list[Due]:
    """The digests to send at `now`: from eight in the morning (local time) of working days, to those not written to today.

    A person is written to when a step of the ladder was reached that they have not been told of, of an update or of a
    figure, when the coordinator nudged them, or when a notice waits; the digest then says everything they owe.
    """
    local = timezone.localtime(now)
    if not working_days.is_working_day(local.date()) or local.time() < FROM:
        return []
    today = local.date()
    people = Workforce.read(today)
    requests = [_Request.read(one, people) for one in _open_requests(today)]
    notices = _waiting_notices(people, now)
    unwanting = _no_reminders()
    reached: dict[int, list[_Reached]] = defaultdict(list)
    for request in requests:
        for person, found in request.reached(people, unwanting, today).items():
            reached[person].append(found)
    plan = requests[0].round.plan if requests else Plan.objects.current(today)
    figures = asks_of(plan, today, unwanting) if plan else {}
    news = {person for person, asks in figures.items() if any(ask.is_news for ask in asks)}
    readers = User.objects.in_bulk((reached.keys() | notices.keys() | news) - _written_to(today))
    if not readers:
        return []
    desk = _Desk(
        today=today,
        requests=requests,
        actions=_actions(requests, readers, reached, today),
        figures=figures,
        plan=plan,
    )
    return [_due(readers[pk], desk, reached.get(pk, []), notices.get(pk, [])) for pk in sorted(readers)]


def nothing_left_of(email: OutgoingEmail, today: dt.date) -> bool:
    """Whether a digest not sent yet is about nothing any more: what it reminded of is done, what it told is no news.

    Asked just before it is sent. One that remembers nothing of what it was about is left as it is.
    """
    steps = set(Reminder.objects.filter(email=email).values_list("round", "step"))
    notices = Notice.objects.filter(email=email)
    told = told_in(email)
    if not steps and not told and not notices.exists():
        return False
    if any(is_still_owed(reminder, today) for reminder in told):
        return False
    if any(_still_news(notices, Workforce.read(today))):
        return False
    reader = email.recipient
    reader.stand_in(today)
    rounds = {round_.pk: round_ for round_ in _open_requests(today)}
    return not any(_still_owed(rounds.get(pk), step, reader) for pk, step in steps)


def _still_owed(round_: UpdateRound | None, step: str, reader: User) -> bool:
    """Whether a step of the ladder still has something to say to the reader; None for a request that is over."""
    if round_ is None:
        return False
    silent = Action.objects.filter(plan=round_.plan_id).not_updated(round_.period)
    if step == Step.TO_SUB_GROUP_LEAD:
        people = sorted(reader.stands_for)
        silent = silent.filter(Q(sub_group__lead__in=people) | Q(sub_group__deputy__in=people))
    elif step != Step.TO_COORDINATOR:
        silent = silent.answered_for_by(reader)
    return silent.exists()


# --- Who --------------------------------------------------------------------------------------------------------------


def _no_reminders() -> set[int]:
    return set(EmailChoice.objects.filter(kind=emails.REMINDERS).values_list("user", flat=True))


def _written_to(today: dt.date) -> set[int]:
    """Those who have a digest of today; one that was dropped counts, since what it said is told with the next."""
    prefix = _prefix(today)
    keys = OutgoingEmail.objects.filter(dedupe_key__startswith=prefix).values_list("dedupe_key", flat=True)
    # What the coordinator had sent again bears more behind the person's number.
    return {int(key.removeprefix(prefix).partition(":")[0]) for key in keys}


def _prefix(day: dt.date) -> str:
    return f"digest:{day.isoformat()}:"


# --- What -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Silent:
    """An action without an update, and until when one is asked for."""

    pk: int
    due_on: dt.date
    sub_group: int


@dataclass
class _Reached:
    """What one request has to say to one person now."""

    request: _Request
    own: list[Entry] = field(default_factory=list)
    nudges: list[int] = field(default_factory=list)
    elsewhere: list[tuple[Entry, list[_Silent]]] = field(default_factory=list)


@dataclass
class _Request:
    """One open request for updates: what is silent, who owes it, and whom the ledger says was told what."""

    round: UpdateRound
    owed: dict[int, dict[_Silent, str]]
    led: dict[int, list[_Silent]]
    silent: list[_Silent]
    sent: dict[int, set[tuple[Step, dt.date]]]
    nudges: dict[int, list[int]]
    #: The day of the portal's first start, when it found the updates of this request due already; else None.
    since: dt.date | None

    @property
    def period(self) -> Period:
        return self.round.period

    @classmethod
    def read(cls, request: UpdateRound, people: Workforce) -> _Request:
        extended = DeadlineExtension.objects.in_request(request)
        rows = (
            Action.objects.filter(plan=request.plan_id)
            .not_updated(request.period)
            .order_by("pk")
            .values_list(
                "pk",
                "owner",
                "deputy",
                "lead_partner",
                "sub_group",
                "sub_group__lead",
                "sub_group__deputy",
            )
        )
        owed: dict[int, dict[_Silent, str]] = defaultdict(dict)
        led: dict[int, list[_Silent]] = defaultdict(list)
        silent = []
        for pk, owner, deputy, partner, sub_group, lead, lead_deputy in rows:
            one = _Silent(pk, extended.get(pk, request.updates_due_on), sub_group)
            silent.append(one)
            for person, stands_in_for in people.answer_for(owner, deputy, partner).items():
                owed[person][one] = stands_in_for
            leads = people.with_stand_ins([lead]) or people.with_stand_ins([lead_deputy])
            for person in leads:
                # What a lead owes themselves is in their own part.
                if one not in owed.get(person, ()):
                    led[person].append(one)
        sent: dict[int, set[tuple[Step, dt.date]]] = defaultdict(set)
        nudges: dict[int, list[int]] = defaultdict(list)
        ledger = Reminder.objects.filter(round=request).order_by("pk")
        steps = ledger.exclude(step=Reminder.Step.NUDGE).values_list("recipient", "step", "due_on")
        for person, step, due_on in steps:
            if due_on is not None:
                sent[person].add((Step(step), due_on))
        waiting = ledger.filter(step=Reminder.Step.NUDGE, email__isnull=True).values_list("pk", "recipient")
        for pk, person in waiting:
            nudges[person].append(pk)
        return cls(
            round=request,
            owed=owed,
            led=led,
            silent=silent,
            sent=sent,
            nudges=nudges,
            since=_found_due_on(request),
        )

    def reached(self, people: Workforce, unwanting: Container[int], today: dt.date) -> dict[int, _Reached]:
        """Everybody to whom this request has something new to say; to the `unwanting`, not before the due day."""
        found: dict[int, _Reached] = defaultdict(lambda: _Reached(self))
        for person in self.owed.keys() & self.nudges.keys():
            found[person].nudges = self.nudges[person]
        for person, silent in self.owed.items():
            unwanted = ladder.BEFORE_DUE if person in unwanting else frozenset()
            if own := self._own(person, silent, unwanted, today):
                found[person].own = own
        for person, led in self.led.items():
            if elsewhere := self._elsewhere(person, Step.TO_SUB_GROUP_LEAD, led, today):
                found[person].elsewhere += elsewhere
        for person in people.with_stand_ins(people.coordinators):
            if elsewhere := self._elsewhere(person, Step.TO_COORDINATOR, self.silent, today):
                found[person].elsewhere += elsewhere
        return found

    def _own(self, person: int, silent: Iterable[_Silent], unwanted: frozenset[Step], today: dt.date) -> list[Entry]:
        """The step reached for each due day among what a person owes. Being asked once is being asked for all of it."""
        told = {(step, due_on) for step, due_on in self.sent[person] if step in ladder.OWN}
        asked = {Step.REQUEST} if told else set()
        entries = []
        for due_on, those in _by_due_day(silent).items():
            sent = {step for step, day in told if day == due_on} | asked
            step = ladder.own_step(self.round.opens_on, due_on, today, sent=sent, unwanted=unwanted, since=self.since)
            if step:
                entries.append(Entry(self.round, step, due_on, len(those)))
        return entries

    def _elsewhere(
        self, person: int, step: Step, silent: Iterable[_Silent], today: dt.date
    ) -> list[tuple[Entry, list[_Silent]]]:
        return [
            (Entry(self.round, step, due_on, len(those)), those)
            for due_on, those in _by_due_day(silent).items()
            if (step, due_on) not in self.sent[person]
            and ladder.reached(step, self.round.opens_on, due_on, today, since=self.since)
        ]


def _found_due_on(request: UpdateRound) -> dt.date | None:
    """The day on which the portal, starting on this plan, found the request's updates due already; None otherwise.

    Started on old data it writes to nobody of what was reached before. A portal that had opened an earlier request of the
    plan was only away when this one should have opened: nobody has been asked, and the highest step is told.
    """
    opened_on = timezone.localdate(request.opened_at)
    if opened_on <= request.updates_due_on:
        return None
    was_there = UpdateRound.objects.filter(
        plan=request.plan_id, opened_at__lt=timezone.make_aware(dt.datetime.combine(request.opens_on, dt.time.min))
    ).exists()
    return None if was_there else opened_on


def _by_due_day(silent: Iterable[_Silent]) -> dict[dt.date, list[_Silent]]:
    found: dict[dt.date, list[_Silent]] = defaultdict(list)
    for one in silent:
        found[one.due_on].append(one)
    return dict(sorted(found.items()))


def _open_requests(today: dt.date) -> list[UpdateRound]:
    """Each plan's newest request, unless it is closed or its report approved."""
    newest = [UpdateRound.objects.asked_by(plan, today).select_related("plan").first() for plan in Plan.objects.all()]
    return [one for one in newest if one is not None and one.closed_at is None and one.settled_at is None]


@dataclass(frozen=True, slots=True)
class _News:
    """A notice that still is one, and what it says by now."""

    notice: Notice
    text: str


def _waiting_notices(people: Workforce, now: dt.datetime) -> dict[int, list[_News]]:
    waiting = Notice.objects.filter(email__isnull=True, at__gt=now - NEWS)
    found: dict[int, list[_News]] = defaultdict(list)
    for news in _still_news(waiting, people):
        found[news.notice.recipient_id].append(news)
    return found


def _still_news(notices: NoticeQuerySet, people: Workforce) -> Iterator[_News]:
    """Those of the notices that people at work can still do something with, oldest first."""
    for notice in notices.still_news().prefetch_related("actions__latest_update").order_by("pk"):
        text = _by_now(notice, people)
        if text and notice.recipient_id in people.at_work:
            yield _News(notice, text)


def _by_now(notice: Notice, people: Workforce) -> str:
    """What a notice says by now; "" when the actions that changed hands have gone on, or the one reopened was seen to."""
    actions = list(notice.actions.all())
    if notice.kind == Notice.Kind.REOPENED:
        gone = [
            one
            for one in actions
            if one.state != Action.State.LIVE
            or (one.latest_update is not None and one.latest_update.submitted_at > notice.at)
        ]
    elif notice.kind == Notice.Kind.HANDOVER:
        gone = [
            one
            for one in actions
            if one.state != Action.State.LIVE
            or notice.recipient_id not in people.with_stand_ins([one.owner_id, one.deputy_id])
        ]
    else:
        return notice.text
    if not gone:
        return notice.text
    if len(gone) == len(actions):
        return ""
    refs = ", ".join(sorted(one.ref for one in gone))
    return f"{notice.text} (Closed or handed on since: {refs}.)"


# --- In words ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Desk:
    """What every digest of the day is written from."""

    today: dt.date
    requests: list[_Request]
    actions: dict[int, Action]
    figures: dict[int, list[Ask]]
    plan: Plan | None


def _actions(
    requests: list[_Request], readers: Iterable[int], reached: dict[int, list[_Reached]], today: dt.date
) -> dict[int, Action]:
    """The actions that today's digests speak of, with all that a line needs."""
    wanted: set[int] = set()
    for pk in readers:
        for request in requests:
            wanted |= {one.pk for one in request.owed.get(pk, ())}
        for part in reached.get(pk, ()):
            wanted |= {one.pk for _, those in part.elsewhere for one in those}
    if not wanted:
        return {}
    # Silence is what brings an action into a digest, so that nothing was received needs no asking.
    found = Action.objects.filter(pk__in=wanted).with_names().with_assigned().with_facts(today)
    return found.annotate(received=Value(False)).in_bulk()


def _due(reader: User, desk: _Desk, reached: list[_Reached], notices: list[_News]) -> Due:
    by_request = {found.request.round.pk: found for found in reached}
    owed, missing, entries, nudges = [], [], [], []
    for request in desk.requests:
        found = by_request.get(request.round.pk, _Reached(request))
        if silent := request.owed.get(reader.pk):
            owed.append(_owed(found, silent, desk))
        entries += found.own
        nudges += found.nudges
        for entry, those in found.elsewhere:
            entries.append(entry)
            missing += _missing(entry, those, desk)
    asks = desk.figures.get(reader.pk, [])
    digest = emails.Digest(
        name=reader.name,
        partnership=desk.plan.partnership if desk.plan else "",
        demonstration=bool(desk.plan and desk.plan.is_demonstration),
        owed=owed,
        figures=_figures(asks, desk.today) if asks else None,
        missing=missing,
        told=[
            emails.Told(Notice.Kind(news.notice.kind).label, news.text, emails.address(news.notice.path))
            for news in sorted(notices, key=lambda one: (Notice.Kind.values.index(one.notice.kind), one.notice.pk))
        ],
    )
    return Due(
        reader=reader,
        day=desk.today,
        message=emails.message(digest),
        entries=entries,
        nudges=nudges,
        notices=[news.notice.pk for news in notices],
        asks=asks,
    )


def _owed(found: _Reached, silent: dict[_Silent, str], desk: _Desk) -> emails.Owed:
    request = found.request
    highest = max(found.own, key=lambda entry: ladder.OWN.index(entry.step), default=None)
    rows = [(desk.actions[one.pk], one, stands_in_for) for one, stands_in_for in silent.items()]
    standings = {action.pk: action.standing(request.period, desk.today) for action, _, _ in rows}
    rows.sort(key=lambda row: (pressing(standings[row[0].pk], row[0].due_on), row[0].ref))
    lines = []
    for action, one, stands_in_for in rows[:MOST_LINES]:
        standing, last = standings[action.pk], action.latest_update
        said = f"{standing.word}, last heard {british(last.submitted_on)}." if last else "No update so far."
        if not standing.delivery.ok:
            said = f"{said} {standing.delivery.sentence}"
        lines.append(
            emails.OwedLine(
                ref=action.ref,
                title=action.title,
                url=emails.address(action.get_absolute_url()),
                state=said,
                due_on=one.due_on,
                stands_in_for=stands_in_for,
            )
        )
    return emails.Owed(
        about=request.period.label,
        due_on=highest.due_on if highest else min(one.due_on for one in silent),
        today=desk.today,
        step=highest.step if highest else None,
        nudged=bool(found.nudges),
        reached=sum(entry.actions for entry in found.own if highest and entry.step == highest.step),
        lines=lines,
        more=max(len(rows) - MOST_LINES, 0),
    )


def _figures(asks: list[Ask], today: dt.date) -> emails.Figures:
    """What is asked of figures: news first, then what is owed longest."""
    step = max((ask.step for ask in asks if ask.step), key=list(FigureStep).index, default=None)
    reached = [ask.owing.owed for ask in asks if step is not None and ask.step is step]
    figures = sum(owed.is_figure for owed in reached)
    days = sorted({owed.due_on for owed in reached})
    lines = [
        emails.FigureLine(
            name=ask.owing.indicator.name,
            period=ask.owing.owed.period.label,
            url=emails.address(_where(ask)),
            is_figure=ask.owing.owed.is_figure,
            state=_since(ask, today),
            stands_in_for=ask.stands_in_for,
        )
        for ask in sorted(asks, key=lambda ask: not ask.is_news)[:MOST_LINES]
    ]
    quarters = {ask.owing.owed.quarter.code for ask in asks if ask.owing.owed.is_figure}
    path = f"{reverse('performance:enter')}?quarter={max(quarters)}" if quarters else reverse("performance:missing")
    return emails.Figures(
        step=step,
        nudged=any(ask.nudges for ask in asks),
        reached=(figures, len(reached) - figures),
        due_on=days[0] if days else None,
        several_days=len(days) > 1,
        lines=lines,
        url=emails.address(path),
        more=max(len(asks) - MOST_LINES, 0),
    )


def _where(ask: Ask) -> str:
    owed, code = ask.owing.owed, ask.owing.indicator.code
    if owed.is_figure:
        return f"{reverse('performance:enter')}?quarter={owed.quarter.code}#row-{code.lower()}"
    return f"{reverse('performance:write-commentary', args=[code])}?period={owed.period.code}"


def _since(ask: Ask, today: dt.date) -> str:
    owed = ask.owing.owed
    day = british(owed.due_on)
    said = f"Owed since {day}." if owed.is_overdue(today) else f"Asked for by {day}."
    return " ".join(filter(None, [said, owed.said or owed.why]))


def _missing(entry: Entry, silent: list[_Silent], desk: _Desk) -> list[emails.Missing]:
    """A sub-group's lead reads which actions, a coordinator which partners."""
    groups: dict[str, list[Action]] = defaultdict(list)
    lead = entry.step == Step.TO_SUB_GROUP_LEAD
    for action in sorted((desk.actions[one.pk] for one in silent), key=lambda action: action.ref):
        groups[action.sub_group.name if lead else ""].append(action)
    found = []
    for where, those in sorted(groups.items()):
        if lead:
            rows = [(f"{one.ref} {one.title}", f"{one.lead_partner.name}, {_assigned(one)}") for one in those]
            narrowed = urlencode({"sub_group": those[0].sub_group.code, "silent": "on"})
            path, link = f"{reverse('actions:list')}?{narrowed}", "See who has not updated"
        else:
            by_partner: dict[str, list[str]] = defaultdict(list)
            for one in those:
                by_partner[one.lead_partner.name].append(f"{one.ref} ({_assigned(one)})")
            rows = [(name, ", ".join(refs)) for name, refs in sorted(by_partner.items())]
            # A page of the portal above, lent to the row by ABSOLUTE_URL_OVERRIDES.
            path, link = entry.round.get_absolute_url(), "Open the board"  # type: ignore[attr-defined]
        found.append(
            emails.Missing(
                where=where,
                about=entry.round.period.label,
                due_on=entry.due_on,
                number=len(those),
                rows=rows[:MOST_LINES],
                url=emails.address(path),
                link=link,
                more=max(len(rows) - MOST_LINES, 0),
            )
        )
    return found


def _assigned(action: Action) -> str:
    return action.assigned.name if action.assigned else "no one assigned"
