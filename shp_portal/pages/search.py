"""Search over the plan in force: its actions, what people said in updates, emerging issues, indicators, and its text.

Every word asked for must stand somewhere in what is found, or its beginning; PostgreSQL, by an index (`partners.fulltext`),
finds other forms of the words as well (“burning” for “burn”), and letters inside a word only when nothing else is found. Restricted words are searched for those alone who may read them, so that not even a number tells of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from actions.models import Action, ProgressUpdate, Proposal
from partners.fulltext import HoldsWords
from performance.models import EmergingIssue, Indicator
from priorities.doors import SignedIn, for_those_at_work
from priorities.forms import WordsField
from priorities.models import Plan, PlanSection
from priorities.periods import british
from shp_portal.pages.navigation import frame_of

if TYPE_CHECKING:
    from partners.models import User

LONGEST = 100
MOST_WORDS = 8
#: Results of each kind while all kinds are shown; of one kind on a page; pages of one kind.
FIRST, PAGE, MOST_PAGES = 5, 20, 20
#: Rows that are found first and sorted then; of a word that more hold, the sorted rows are looked through for it instead.
FEW = 200
#: Characters of an excerpt before and after the first word found.
BEFORE, AFTER = 80, 180


@dataclass(frozen=True)
class Asked:
    """Who looks in which plan for what; `by_index`: for words and their beginnings, not for letters anywhere."""

    plan: Plan
    user: User
    text: str
    words: list[str]
    by_index: bool


@dataclass(frozen=True)
class Piece:
    """A part of a text; `marked` when it is a word that was asked for."""

    text: str
    marked: bool


@dataclass(frozen=True)
class Hit:
    """Something found: its page ("" when it has none), its name, what it is, and the words around what was asked for."""

    url: str
    title: list[Piece]
    under: str
    excerpt: list[Piece]


@dataclass(frozen=True)
class Kind:
    """A kind of thing that can be found, and the columns that are searched.

    `many`: there may be a hundred thousand of them; `rows` then come in an order that an index has.
    """

    slug: str
    title: str
    columns: tuple[str, ...]
    rows: Callable[[Asked], QuerySet[Any]]
    hit: Callable[[Any, Sequence[str]], Hit]
    many: bool = False


@dataclass(frozen=True)
class Group:
    """Results of one kind; addresses of the rest and of neighbouring pages ("" for none)."""

    kind: Kind
    hits: list[Hit]
    all: str = ""
    previous: str = ""
    next: str = ""
    number: int = 1


class SearchForm(forms.Form):
    q = WordsField(label="Search", longest=LONGEST, required=False, widget=forms.TextInput)

    def clean_q(self) -> str:
        text = str(self.cleaned_data["q"])
        words = text.split()
        if len(words) > MOST_WORDS:
            raise ValidationError(f"Search for {MOST_WORDS} words or fewer.", code="many")
        if words and max(map(len, words)) < 2:
            raise ValidationError("Search for at least two letters.", code="short")
        return " ".join(words)


@for_those_at_work
@require_safe
def search(request: SignedIn) -> HttpResponse:
    form = SearchForm(request.GET)
    plan = frame_of(request).plan
    text = form.cleaned_data["q"] if form.is_valid() else ""
    groups: list[Group] = []
    only = next((kind for kind in KINDS if kind.slug == request.GET.get("in")), None)
    if text and plan is not None:
        asked = Asked(plan, request.user, text, text.split(), by_index=connection.vendor == "postgresql")
        groups = _found(asked, only, request.GET.get("page", ""))
        if not groups and asked.by_index and not (only and matching(only, asked).exists()):
            # Signs, and letters from the middle of a word, are in no index.
            groups = _found(replace(asked, by_index=False), only, request.GET.get("page", ""))
    return render(
        request,
        "portal/search.html",
        {
            "form": form,
            "text": text,
            "groups": groups,
            "only": only,
            "everything": _address(text),
            "plan": plan,
        },
    )


def _found(asked: Asked, only: Kind | None, page: str) -> list[Group]:
    groups = [_page(only, asked, page)] if only else [_first(kind, asked) for kind in KINDS]
    return [group for group in groups if group.hits]


def _first(kind: Kind, asked: Asked) -> Group:
    found = list(in_order(kind, asked)[: FIRST + 1])
    rest = _address(asked.text, kind) if len(found) > FIRST else ""
    return Group(kind, [kind.hit(row, asked.words) for row in found[:FIRST]], all=rest)


def _page(kind: Kind, asked: Asked, number_asked: str) -> Group:
    plain = number_asked.isascii() and number_asked.isdecimal() and len(number_asked) <= 4
    number = int(number_asked) if plain and 1 <= int(number_asked) <= MOST_PAGES else 1
    start = (number - 1) * PAGE
    found = list(in_order(kind, asked)[start : start + PAGE + 1])
    return Group(
        kind,
        [kind.hit(row, asked.words) for row in found[:PAGE]],
        previous=_address(asked.text, kind, number - 1) if number > 1 else "",
        next=_address(asked.text, kind, number + 1) if len(found) > PAGE and number < MOST_PAGES else "",
        number=number,
    )


def _address(text: str, kind: Kind | None = None, number: int = 1) -> str:
    query = {"q": text}
    if kind is not None:
        query["in"] = kind.slug
    if number > 1:
        query["page"] = str(number)
    return f"{reverse('portal:search')}?{urlencode(query)}"


def matching(kind: Kind, asked: Asked) -> QuerySet[Any]:
    """Rows this person may see that hold every word asked for, in any of the columns."""
    rows = kind.rows(asked)
    if asked.by_index:
        return rows.filter(HoldsWords(kind.columns, asked.words))
    every = Q()
    for word in asked.words:
        anywhere = Q(pk__in=[])
        for column in kind.columns:
            anywhere |= Q(**{f"{column}__icontains": word})
        every &= anywhere
    return rows.filter(every)


def some_of(kind: Kind, asked: Asked) -> QuerySet[Any, Any]:
    """Keys of a few rows that match, whichever come first, and one more."""
    return matching(kind, asked).order_by().values_list("pk", flat=True)[: FEW + 1]


def in_order(kind: Kind, asked: Asked) -> QuerySet[Any]:
    """Rows that match, in the order of their kind, of which the first will be read.

    PostgreSQL cannot tell a rare word from one that stands everywhere. For the one it must look into the index of words,
    for the other go along the order until it has enough: either way round it would read every row there is.
    """
    if not (kind.many and asked.by_index):
        return matching(kind, asked)
    few = list(some_of(kind, asked))
    return kind.rows(asked).filter(pk__in=few) if len(few) <= FEW else matching(kind, asked)


def pieces(text: str, words: Sequence[str]) -> list[Piece]:
    """The text in parts, those marked that were asked for; nothing is lost."""
    wanted = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    parts = re.split(f"({wanted})", text, flags=re.IGNORECASE) if wanted else [text]
    return [Piece(part, marked=place % 2 == 1) for place, part in enumerate(parts) if part]


def excerpt(texts: Sequence[str], words: Sequence[str]) -> list[Piece]:
    """What stands around the first word found, in the first text that holds one; else the beginning of the first text."""
    wanted = re.compile("|".join(re.escape(word) for word in words), re.IGNORECASE)
    text, found = next(((text, found) for text in texts if (found := wanted.search(text))), ("", None))
    if found is None:
        text = next((text for text in texts if text), "")
    start = max(found.start() - BEFORE, 0) if found else 0
    end = min((found.end() if found else 0) + AFTER, len(text))
    # Whole words at both ends.
    if start and (space := text.find(" ", start, found.start() if found else end)) >= 0:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", found.end() if found else start, end)) >= 0:
        end = space
    cut = " ".join(text[start:end].split())
    return pieces(f"{'… ' if start else ''}{cut}{' …' if end < len(text) else ''}", words)


# --- What can be found -------------------------------------------------------------------------------------------------


def _actions(asked: Asked) -> QuerySet[Any]:
    seen = Action.objects.visible_to(asked.user).filter(plan=asked.plan)
    return seen.select_related("priority", "lead_partner").order_by("ref")


def _action(action: Action, words: Sequence[str]) -> Hit:
    under = f"{action.priority.name}, led by {action.lead_partner.name}"
    if action.state != Action.State.LIVE:
        under += f"; {action.get_state_display().lower()}"
    return Hit(action.get_absolute_url(), pieces(str(action), words), under, [])


WORDS_OF_UPDATES = ("narrative", "reason", "recovery", "help_wanted", "achievement")


def _updates(asked: Asked) -> QuerySet[Any]:
    readable = ProgressUpdate.objects.readable_by(asked.user).filter(action__plan=asked.plan)
    return readable.select_related("action", "by").order_by("-pk")


def _update(update: ProgressUpdate, words: Sequence[str]) -> Hit:
    return Hit(
        f"{update.action.get_absolute_url()}#update-{update.pk}",
        pieces(str(update.action), words),
        f"{update.by.name}, {british(update.submitted_on)}{', restricted' if update.restricted else ''}",
        excerpt([getattr(update, name) for name in WORDS_OF_UPDATES], words),
    )


def _proposals(asked: Asked) -> QuerySet[Any]:
    seen = Proposal.objects.visible_to(asked.user).filter(plan=asked.plan)
    return seen.select_related("lead_partner", "proposed_by").order_by("-proposed_at", "-pk")


def _proposal(proposal: Proposal, words: Sequence[str]) -> Hit:
    under = (
        f"{proposal.get_state_display()}; from {proposal.lead_partner.name}, {british(localdate(proposal.proposed_at))}"
    )
    return Hit(proposal.get_absolute_url(), pieces(proposal.title, words), under, excerpt([proposal.why], words))


def _issues(asked: Asked) -> QuerySet[Any]:
    seen = EmergingIssue.objects.visible_to(asked.user).filter(plan=asked.plan)
    return seen.select_related("priority").order_by("-raised_at", "-pk")


def _issue(issue: EmergingIssue, words: Sequence[str]) -> Hit:
    about = issue.priority.name if issue.priority else "outside our priorities"
    state = f"{issue.get_state_display()}{', restricted' if issue.restricted else ''}"
    return Hit(reverse("portal:issue", args=[issue.pk]), pieces(issue.title, words), f"{state}; {about}", [])


def _indicators(asked: Asked) -> QuerySet[Any]:
    return Indicator.objects.select_related("data_owner").order_by("position", "code")


def _indicator(indicator: Indicator, words: Sequence[str]) -> Hit:
    url = reverse("portal:indicator", args=[indicator.code])
    under = f"{indicator.unit}; figures from {indicator.data_owner.name}"
    return Hit(url, pieces(indicator.name, words), under, excerpt([indicator.definition], words))


def _sections(asked: Asked) -> QuerySet[Any]:
    return PlanSection.objects.filter(plan=asked.plan).order_by("number")


def _section(section: PlanSection, words: Sequence[str]) -> Hit:
    url = f"{reverse('portal:plan')}#section-{section.number}"
    return Hit(url, pieces(str(section), words), section.source, excerpt([section.body], words))


KINDS = (
    Kind("actions", "Actions", ("ref", "title"), _actions, _action, many=True),
    Kind("updates", "Words of updates", WORDS_OF_UPDATES, _updates, _update, many=True),
    Kind("proposals", "Proposed initiatives", ("title", "why"), _proposals, _proposal),
    Kind("issues", "Emerging issues", ("title",), _issues, _issue),
    Kind("indicators", "Indicators", ("code", "name", "definition"), _indicators, _indicator),
    Kind("plan", "Text of the plan", ("heading", "body"), _sections, _section),
)
