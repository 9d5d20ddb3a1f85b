"""The filters of the actions list, as they stand in its address. A filter that names nothing known is said, not obeyed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import CharField, F, IntegerField, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.http import QueryDict

from actions.models import Action, ActionQuerySet
from actions.rating import LOOKS, ORDER, Rating
from partners.models import Partner
from priorities.forms import WordsField
from priorities.models import Plan, Priority, SubGroup

if TYPE_CHECKING:
    from partners.models import User
    from priorities.periods import Period

LONGEST_SEARCH = 100
#: What the list can be sorted by; "-" before it turns the order round.
SORTS = ("ref", "due", "heard", "rating")
SORT_WORDS = {"ref": "reference", "due": "due date", "heard": "when last heard", "rating": "rating"}


@dataclass(frozen=True)
class Active:
    """A filter in force: its words, and the rest of the address without it."""

    words: str
    without: str


@dataclass(frozen=True)
class Head:
    """The head of a column: the address that sorts by it, and which way it is sorted now ("" for not by it)."""

    url: str
    direction: str


def _sort_of(text: str) -> str:
    """The order asked for; anything unknown is the plan's order, ""."""
    return text if text.removeprefix("-") in SORTS else ""


def choices_of(plan: Plan) -> dict[str, list[tuple[str, str]]]:
    """Codes and names of the plan's priorities and sub-groups and of all partners, in order; one query."""

    def rows(queryset: QuerySet[Any], kind: str, place: Combinable) -> QuerySet[Any, Any]:
        named = queryset.order_by().annotate(of=Value(kind, output_field=CharField()), place=place)
        return named.values_list("of", "place", "name", "code")

    unplaced = Value(0, output_field=IntegerField())
    union = rows(Priority.objects.filter(plan=plan), "priority", F("position")).union(
        rows(SubGroup.objects.filter(plan=plan), "sub_group", unplaced),
        rows(Partner.objects.all(), "partner", unplaced),
    )
    found: dict[str, list[tuple[str, str]]] = {"priority": [], "sub_group": [], "partner": []}
    for kind, _, name, code in sorted(union):
        found[kind].append((code, name))
    return found


def actions_at(*, query: str, plan: Plan, by: User, today: dt.date, asked: Period | None) -> ActionQuerySet:
    """The actions the list shows this person at an address kept from before, in its order.

    Raises ValidationError when a filter names what is there no more: without it the list would be another, longer one.
    """
    filters = ActionFilters(QueryDict(query.removeprefix("?")), choices=choices_of(plan))
    if filters.errors:
        raise ValidationError([str(sentence) for sentences in filters.errors.values() for sentence in sentences])
    seen = Action.objects.filter(plan=plan).visible_to(by)
    return filters.ordered(filters.narrow(seen, plan=plan, today=today, asked=asked), today=today)


class ActionFilters(forms.Form):
    """Read from the address; every field may be missing."""

    q = WordsField(
        label="Search",
        longest=LONGEST_SEARCH,
        required=False,
        widget=forms.TextInput,
    )
    priority = forms.ChoiceField(label="Priority", required=False)
    sub_group = forms.ChoiceField(label="Sub-group", required=False)
    partner = forms.ChoiceField(label="Partner, leading or supporting", required=False)
    rating = forms.ChoiceField(label="Rating", required=False)
    overdue = forms.BooleanField(label="Overdue", required=False)
    silent = forms.BooleanField(label="No update received", required=False)
    new = forms.BooleanField(label="Added since the last report", required=False)
    reoffending = forms.BooleanField(label="Re-offending focus", required=False)

    NAMES = {"priority": "Priority", "sub_group": "Sub-group", "partner": "Partner", "rating": "Rating"}
    SELECTS = tuple(NAMES)
    ANY = {
        "priority": "All priorities",
        "sub_group": "All sub-groups",
        "partner": "All partners",
        "rating": "Any rating",
    }

    def __init__(self, data: Mapping[str, Any], *, choices: Mapping[str, list[tuple[str, str]]]) -> None:
        super().__init__(data)
        known = {**choices, "rating": [(rating.value, LOOKS[rating].word) for rating in ORDER]}
        for name in self.SELECTS:
            field = self._select(name)
            field.choices = [("", self.ANY[name]), *known[name]]
            field.error_messages["invalid_choice"] = f"“%(value)s” is not a {self.NAMES[name].lower()} of this plan."
        self.is_valid()
        self.sort = _sort_of(str(data.get("sort", "")))

    def selects(self) -> list[forms.BoundField]:
        return [self[name] for name in self.SELECTS]

    def priorities(self) -> list[str]:
        """Codes of the priorities whose actions are shown, in the plan's order."""
        wanted = self.cleaned_data.get("priority")
        return [code for code, _ in self._select("priority").choices if code and wanted in ("", None, code)]

    def narrow(self, actions: ActionQuerySet, *, plan: Plan, today: dt.date, asked: Period | None) -> ActionQuerySet:
        """The actions that meet every filter understood."""
        wanted = self.cleaned_data
        if text := wanted.get("q"):
            actions = actions.filter(Q(ref__icontains=text) | Q(title__icontains=text))
        if code := wanted.get("priority"):
            actions = actions.filter(priority__code=code)
        if code := wanted.get("sub_group"):
            actions = actions.filter(sub_group__code=code)
        if code := wanted.get("partner"):
            actions = actions.of_partner(Partner.objects.filter(code=code))
        if value := wanted.get("rating"):
            actions = actions.rated(Rating(value), today)
        if wanted.get("overdue"):
            actions = actions.overdue(today)
        if wanted.get("silent"):
            actions = actions.not_updated(asked) if asked else actions.none()
        if wanted.get("new"):
            actions = actions.added_since_report(plan)
        if wanted.get("reoffending"):
            actions = actions.filter(reoffending_focus=True)
        return actions

    def ordered(self, actions: ActionQuerySet, *, today: dt.date) -> ActionQuerySet:
        """In the order the address asks for, else in the plan's."""
        if not self.sort:
            return actions.in_order()
        return actions.sorted_by(self.sort.removeprefix("-"), today, backwards=self.sort.startswith("-"))

    def heads(self) -> dict[str, Head]:
        """The columns that the list can be sorted by; the column it is sorted by turns round."""
        found = {}
        for column in SORTS:
            direction = {column: "ascending", f"-{column}": "descending"}.get(self.sort, "")
            found[column] = Head(self.address(sort=f"-{column}" if self.sort == column else column), direction)
        return found

    def address(self, **changes: object) -> str:
        """The query part of the address with these filters, this order and `changes`; starts with "?", never empty."""
        kept = {name: self._plain(value) for name, value in self.cleaned_data.items() if value}
        kept["sort"] = self.sort
        kept.update(changes)
        return "?" + urlencode({name: value for name, value in kept.items() if value})

    def active(self) -> list[Active]:
        """Every filter in force in words, with the way to drop it."""
        found = []
        for name, value in self.cleaned_data.items():
            if not value:
                continue
            if name in self.SELECTS:
                words = f"{self.NAMES[name]}: {self._name_of(name, value)}"
            elif name == "q":
                words = f"“{value}”"
            else:
                words = str(self.fields[name].label)
            found.append(Active(words, self.address(**{name: ""})))
        return found

    def in_words(self) -> str:
        """Filters and order in one line, for where the list itself is not beside them."""
        narrowed = ", ".join(active.words for active in self.active()) or "All actions"
        if not self.sort:
            return narrowed
        turned = ", the other way round" if self.sort.startswith("-") else ""
        return f"{narrowed}; sorted by {SORT_WORDS[self.sort.removeprefix('-')]}{turned}"

    def _name_of(self, name: str, value: str) -> str:
        return next(str(known_as) for known, known_as in self._select(name).choices if known == value)

    def _select(self, name: str) -> Any:
        return self.fields[name]

    @staticmethod
    def _plain(value: object) -> object:
        return "on" if value is True else value
