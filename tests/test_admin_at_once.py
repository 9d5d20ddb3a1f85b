"""Administrators who change one order at the same moment: it stays an order, and nobody meets a page of errors."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from partners.models import User
from priorities.models import Priority
from tests.makers import Cast
from tests.test_admin import form_of
from tests.test_double_submit import at_once


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return Cast()


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_six_who_move_rows_crosswise_leave_an_order(cast: Cast):
    rows = [cast.priority]
    rows += [
        Priority.objects.create(plan=cast.plan, code=f"P{n}", name=f"Row {n}", position=n, statement=".")
        for n in (2, 3)
    ]
    pages = [reverse("admin:priorities_priority_change", args=[row.pk]) for row in rows]
    whole = reverse("admin:priorities_plan_change", args=[cast.plan.pk])
    clients = [browser(cast["administrator"]) for _ in range(6)]
    # Rows go to one another's places; two move all of them at once on the plan's own page.
    wanted = [(pages[n], {"position": str(place)}) for n, place in ((0, 2), (1, 1), (2, 1), (0, 3))]
    turned = {f"priorities-{n}-position": str(place) for n, place in enumerate((3, 1, 2))}
    wanted += [(whole, turned), (whole, {f"priorities-{n}-position": str(3 - n) for n in range(3)})]
    sent = [form_of(clients[n].get(page)) | typed for n, (page, typed) in enumerate(wanted)]
    answers = at_once(6, lambda n: clients[n].post(wanted[n][0], sent[n]).status_code)
    assert set(answers) <= {200, 302}, answers
    assert sorted(Priority.objects.values_list("position", flat=True)) == [1, 2, 3]
