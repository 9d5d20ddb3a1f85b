"""The words of this room's one e-mail, the daily digest: subject, text and HTML from plain facts, links under SITE_URL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from actions.ladder import Step
from actions.progress import plural
from partners import email_kinds
from performance.asking import Step as FigureStep
from priorities.periods import british

DIGEST = "digest"
REMINDERS, ALSO_UPDATED = "reminders", "also_updated"

KINDS = (
    email_kinds.EmailKind("request", "Updates asked for", "On the day a request for updates opens, if you owe any."),
    email_kinds.EmailKind(
        REMINDERS,
        "Reminders before the due day",
        "Five working days before updates are due, and one working day before, if you still owe any.",
        optional=True,
    ),
    email_kinds.EmailKind(
        "overdue",
        "Updates overdue",
        "Once, on the first working day after they were due; and when the coordinator asks.",
    ),
    email_kinds.EmailKind(
        "escalation",
        "Updates missing in what you look after",
        "For leads of sub-groups three working days after the due day, for coordinators five.",
    ),
    email_kinds.EmailKind(
        "figures",
        "Figures asked for",
        "If your organisation owes figures, or commentary on one: some working days before the day, and when it is overdue.",
    ),
    email_kinds.EmailKind(
        "help", "Help", "When an action asks your organisation for help, or your request is answered."
    ),
    email_kinds.EmailKind("proposal", "New initiatives", "When a proposal waits for you, or yours is decided."),
    email_kinds.EmailKind("issue", "Emerging issues", "When something is decided on an issue that you raised."),
    email_kinds.EmailKind("handover", "Actions handed over to you", "With the note of whoever had them before."),
    email_kinds.EmailKind(
        ALSO_UPDATED,
        "Somebody else updated your action",
        "When a colleague or the coordinator sends an update on an action you also updated.",
        optional=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Message:
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class OwedLine:
    """One action that waits for an update; `state` is a sentence or two on how it stands."""

    ref: str
    title: str
    url: str
    state: str
    due_on: dt.date
    stands_in_for: str = ""


@dataclass(frozen=True, slots=True)
class Owed:
    """What one request still wants from the reader. `step` is what made the portal write, None when something else did."""

    about: str
    due_on: dt.date
    today: dt.date
    step: Step | None
    nudged: bool
    reached: int
    lines: Sequence[OwedLine]
    more: int = 0

    @property
    def number(self) -> int:
        return len(self.lines) + self.more

    @property
    def subject(self) -> str:
        day, reached = british(self.due_on), plural(self.reached, "update")
        if self.step == Step.REQUEST:
            return f"{reached} asked for by {day}"
        if self.step == Step.SOON:
            return f"{reached} due on {day}"
        if self.step == Step.LAST_DAY:
            return f"Last reminder: {reached} due on {day}"
        if self.step == Step.OVERDUE:
            return f"{reached} overdue since {day}"
        return f"Reminder: {plural(self.number, 'update')} still missing" if self.nudged else ""

    @property
    def sentence(self) -> str:
        day = f"{self.due_on:%A} {british(self.due_on)}"
        if self.due_on < self.today:
            said = f"Updates on {self.about} were due on {day}. They are still taken, and marked late."
        elif self.step == Step.REQUEST:
            said = f"Updates on {self.about} are asked for by {day}."
        else:
            said = f"Updates on {self.about} are due on {day}."
        return f"The coordinator reminds you of the updates you owe. {said}" if self.nudged else said


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure, or the words about one, that the reader is asked for; `state` is a sentence on since when and why."""

    name: str
    period: str
    url: str
    is_figure: bool
    state: str
    stands_in_for: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures and commentary asked of the reader. `step` is what made the portal write, None when something else did;
    `reached` and `due_on`: how many things reached it, and their due day, the earliest of several.
    """

    step: FigureStep | None
    nudged: bool
    reached: tuple[int, int]
    due_on: dt.date | None
    several_days: bool
    lines: Sequence[FigureLine]
    url: str
    more: int = 0

    @property
    def number(self) -> tuple[int, int]:
        figures = sum(line.is_figure for line in self.lines)
        return figures + self.more, len(self.lines) - figures

    @property
    def subject(self) -> str:
        if self.step is None or self.due_on is None:
            return f"Reminder: {_things(self.number)} still missing" if self.nudged else ""
        things, day = _things(self.reached), british(self.due_on)
        if self.step == FigureStep.ASKED:
            return f"{things} asked for, the first by {day}" if self.several_days else f"{things} asked for by {day}"
        if self.step == FigureStep.REMINDED:
            return f"{things} due{'' if self.several_days else f' on {day}'}"
        return f"{things} overdue since {day}"

    @property
    def heading(self) -> str:
        return f"You are asked for {_things(self.number)}"

    @property
    def sentence(self) -> str:
        said = "Give what you have; of what you do not have yet, say so and when it is expected."
        return f"The Community Safety Team reminds you. {said}" if self.nudged else said


def _things(number: tuple[int, int]) -> str:
    """2 figures · commentary on 1 figure · 2 figures and commentary on 1"""
    figures, words = number
    if figures and words:
        return f"{plural(figures, 'figure')} and commentary on {words}"
    return plural(figures, "figure") if figures else f"commentary on {plural(words, 'figure')}"


@dataclass(frozen=True, slots=True)
class Missing:
    """Updates that others have not sent, told to whoever looks after them. `rows`: a name and what is missing there.

    `where` is the sub-group's name; empty for the whole plan.
    """

    where: str
    about: str
    due_on: dt.date
    number: int
    rows: Sequence[tuple[str, str]]
    url: str
    link: str
    more: int = 0

    @property
    def subject(self) -> str:
        said = f"{plural(self.number, 'update')} missing since {british(self.due_on)}"
        return f"{self.where}: {said}" if self.where else said

    @property
    def heading(self) -> str:
        said = f"{plural(self.number, 'update')} missing"
        return f"{self.where}: {said}" if self.where else said

    @property
    def sentence(self) -> str:
        updates = "An update" if self.number == 1 else "Updates"
        return f"{updates} on {self.about}, due on {british(self.due_on)}."


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened, under the name of its kind."""

    heading: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything one person is told on one day."""

    name: str
    partnership: str
    demonstration: bool
    owed: Sequence[Owed] = field(default_factory=list)
    figures: Figures | None = None
    missing: Sequence[Missing] = field(default_factory=list)
    told: Sequence[Told] = field(default_factory=list)

    @property
    def subject(self) -> str:
        """What matters most: what the reader owes, then what others do, then what happened."""
        figures = [self.figures] if self.figures else []
        parts: list[Owed | Figures | Missing] = [*self.owed, *figures, *self.missing]
        for part in parts:
            if part.subject:
                return part.subject
        first, *others = self.told
        return f"{first.heading}, and {len(others)} more" if others else first.heading

    @property
    def button(self) -> tuple[str, str]:
        """The one button: its words and its address."""
        if self.owed:
            return "Open My actions", address(reverse("actions:mine"))
        if self.figures:
            return "Open the figures", self.figures.url
        if self.missing:
            return self.missing[0].link, self.missing[0].url
        if len({one.url for one in self.told}) == 1:
            return "Open the page", self.told[0].url
        return "Open the portal", address("/")


def address(path: str) -> str:
    """A page of the portal as a link that works from outside."""
    return f"{settings.SITE_URL}{path}"


def message(digest: Digest) -> Message:
    words, url = digest.button
    told = {
        "digest": digest,
        "button": words,
        "url": url,
        "choices": address(reverse("partners:emails")),
    }
    return Message(
        subject=digest.subject,
        text=render_to_string("actions/emails/digest_text.txt", told).strip() + "\n",
        html=render_to_string("actions/emails/digest_html.html", told).strip(),
    )
