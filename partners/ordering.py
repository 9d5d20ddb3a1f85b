"""Rows that stand in an order, each at a place of its own: how an administrator changes it, though no two may share a place
at any moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.text import Truncator

#: Where rows wait while others take their places; the last places a small number can name, which nobody uses.
FAR = 32767


def set_aside(rows: models.QuerySet[Any], place: str, keys: Iterable[int]) -> None:
    """Move rows of one order, by primary key, to places that nobody has, so that the ones they had are free.

    Each is saved again at its real place right after, which is what its history keeps; of the waiting it says nothing.
    The whole order is locked in one direction, so that two who move rows crosswise do not wait for each other for ever.
    """
    wanted = set(keys)
    taken = {getattr(row, place) for row in rows.select_for_update().order_by("pk")}
    free = (number for number in range(FAR, 0, -1) if number not in taken)
    for row in list(rows.filter(pk__in=wanted)):
        setattr(row, place, next(free))
        row.skip_history_when_saving = True
        row.save(update_fields=[place])


class InlineFormSet(forms.BaseInlineFormSet):
    """The rows on the page of what they belong to.

    Django looks only for two alike among what was typed. A code that moves from one row to another passes that, and the
    database refuses it, since it is written row by row.
    """

    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            if form in self.deleted_forms or not form.is_valid() or not form.has_changed():
                continue
            for alone in self._alone():
                values = {name: form.cleaned_data.get(name) for name in alone}
                if self.siblings().filter(**values).exclude(pk=form.instance.pk).exists():
                    names = " and ".join(str(self.model._meta.get_field(name).verbose_name) for name in alone)
                    form.add_error(
                        alone[0], f"Another row still has this {names}: change or delete that one first, and save."
                    )

    def siblings(self) -> models.QuerySet[Any]:
        rows = self.model._default_manager.all()
        return rows.filter(**{self.fk.name: self.instance}) if self.instance.pk else rows.none()

    def _alone(self) -> list[list[str]]:
        """Columns in which no two rows on this page may be alike."""
        constraints = [constraint.fields for constraint in self.model._meta.total_unique_constraints]
        return [[name for name in names if name != self.fk.name] for names in constraints if self.fk.name in names]


class OrderedFormSet(InlineFormSet):
    """The rows of one order: judged and moved all at once, so that two can swap."""

    place = "position"

    def get_unique_error_message(self, unique_check: Sequence[str]) -> str:
        if self.place in unique_check:
            return "Two rows cannot stand at the same place in the order: give each a number of its own."
        return super().get_unique_error_message(unique_check)

    def clean(self) -> None:
        super().clean()
        # A row added on another page since this one was opened is not among the forms.
        others = self.siblings().exclude(pk__in=[form.instance.pk for form in self.initial_forms])
        taken = set(others.values_list(self.place, flat=True))
        staying = [form for form in self.forms if form not in self.deleted_forms and form.is_valid()]
        if taken & {form.cleaned_data.get(self.place) for form in staying}:
            raise ValidationError("Another row has been put at one of these places meanwhile: open this page again.")

    def save_existing_objects(self, commit: bool = True) -> list[Any]:
        if commit:
            gone = {form.instance.pk for form in self.deleted_forms}
            moved = {form.instance.pk for form in self.initial_forms if self.place in form.changed_data}
            set_aside(self.siblings(), self.place, gone | moved)
        return super().save_existing_objects(commit)

    def _alone(self) -> list[list[str]]:
        return [names for names in super()._alone() if names != [self.place]]


class NumberedFormSet(OrderedFormSet):
    place = "number"


class PlacedForm(forms.ModelForm):
    """One row of an order on a page of its own. Put at a place that another has, the two swap.

    A new row has no place to give: it is told which one is free.
    """

    place = "position"
    within = "plan"

    neighbour: models.Model | None = None
    #: Where the row stood before, which its neighbour gets.
    left: int | None = None

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        wanted, whole = self.cleaned_data.get(self.place), self.cleaned_data.get(self.within)
        if wanted is None or whole is None:
            return cleaned
        order = self._meta.model._default_manager.filter(**{self.within: whole})
        there = order.filter(**{self.place: wanted}).exclude(pk=self.instance.pk).first()
        if there is None:
            return cleaned
        # In `clean` the instance is still as it was.
        if self.instance.pk and getattr(self.instance, f"{self.within}_id") == whole.pk:
            self.neighbour, self.left = there, getattr(self.instance, self.place)
        else:
            last = max(order.values_list(self.place, flat=True))
            self.add_error(
                self.place, f"“{Truncator(there).chars(60)}” stands at this place. The next free one is {last + 1}."
            )
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        """The neighbour makes room: that its place is taken still is no fault."""
        excluded = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | {self.place} if self.neighbour else excluded

    @transaction.atomic
    def make_room(self) -> None:
        """Give the neighbour, when there is one, the place that this row leaves. Call it just before the row is saved."""
        if self.neighbour is None:
            return
        rows = self._meta.model._default_manager.filter(**{self.within: getattr(self.neighbour, self.within)})
        set_aside(rows, self.place, [self.instance.pk])
        setattr(self.neighbour, self.place, self.left)
        self.neighbour.save()


class NumberedForm(PlacedForm):
    place = "number"
