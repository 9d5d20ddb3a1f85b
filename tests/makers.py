"""Plain makers for the tests above the rooms: a named cast by role, one plan with actions and reports in every state.

Dates are fixed: the tests stand on 12 October 2026, inside the update request on April to September 2026.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from actions.filetypes import examine
from actions.forms.filters import actions_at
from actions.models import Action, Evidence, Export, ProgressUpdate, Proposal
from actions.rating import Rating
from actions.services import evidence, exports, proposals, updates
from actions.services.lifecycle import add_action, withdraw
from actions.tests.makers import H1_2026, NOW, TODAY, UTC, key, make_plan
from partners import roles, services
from partners.models import Partner, User
from performance.models import Upload
from performance.services import uploads
from priorities.models import Plan, Priority, SubGroup
from priorities.periods import Period, PeriodKind
from priorities.services import open_round

__all__ = ["H1_2026", "NOW", "TODAY", "UTC", "Cast", "key"]

LONG_AGO = dt.datetime(2024, 4, 2, 9, tzinfo=UTC)
PASSWORD = "seven green bottles"


def _partner(code: str, name: str) -> Partner:
    return Partner.objects.create(code=code, name=name, kind=Partner.Kind.RESPONSIBLE_AUTHORITY)


def _person(handle: str, *held: str, partner: Partner | None = None, administrator: bool = False) -> User:
    return services.add_person(
        email=f"{handle}@test.example",
        name=handle.replace("_", " ").capitalize(),
        partner=partner,
        roles=held,
        administrator=administrator,
        password=PASSWORD,
        by=None,
        at=LONG_AGO,
    )


@dataclass
class Cast:
    """A plan, a priority, a sub-group, three partners and somebody in every role. Make it inside a database test."""

    plan: Plan = field(init=False)
    people: dict[str, User] = field(init=False)

    def __post_init__(self) -> None:
        self.plan = make_plan()
        self.priority = Priority.objects.create(
            plan=self.plan, code="ASB", name="Anti-Social Behaviour", position=1, statement="Less of it."
        )
        self.fire = _partner("CFB", "Fire Brigade")
        self.housing = _partner("TH", "Housing group")
        self.probation = _partner("PS", "Probation")
        self.council = _partner("HBC", "Borough council")
        self.people = {
            "reader": _person("reader", roles.READER),
            "officer_of_lead": _person("officer_of_lead", roles.PARTNER_OFFICER, partner=self.fire),
            "officer_of_support": _person("officer_of_support", roles.PARTNER_OFFICER, partner=self.housing),
            "officer_of_other": _person("officer_of_other", roles.PARTNER_OFFICER, partner=self.probation),
            "sub_group_lead": _person("sub_group_lead", roles.PARTNER_OFFICER, partner=self.council),
            "analyst": _person("analyst", roles.ANALYST, partner=self.council),
            "coordinator": _person("coordinator", roles.COORDINATOR, partner=self.council),
            "chair": _person("chair", roles.CHAIR, partner=self.council),
            "administrator": _person("administrator", administrator=True),
            "deactivated": _person("deactivated", roles.COORDINATOR, partner=self.council),
        }
        services.deactivate(person=self.people["deactivated"], by=None, at=LONG_AGO)
        self.people["deactivated"].refresh_from_db()
        self.sub_group = SubGroup.objects.create(
            plan=self.plan, code="FIRE", name="Fires group", lead=self.people["sub_group_lead"]
        )
        self.sub_group.priorities.add(self.priority)
        self.round, _ = open_round(plan=self.plan, period=H1_2026, at=dt.datetime(2026, 10, 1, 7, tzinfo=UTC))

    def __getitem__(self, role: str) -> User:
        return self.people[role]

    def action(self, ref: str = "ASB-01", **fields: Any) -> Action:
        wanted = {
            "plan": self.plan,
            "ref": ref,
            "priority": self.priority,
            "sub_group": self.sub_group,
            "title": f"Action {ref}",
            "lead_partner": self.fire,
            "supporting": [self.housing],
            "starts_on": dt.date(2024, 4, 1),
            "due_on": dt.date(2027, 3, 31),
            "milestones": [("Plan agreed", dt.date(2026, 6, 30))],
            "by": self["coordinator"],
            "at": LONG_AGO,
            **fields,
        }
        return add_action(**wanted)

    def update(self, action: Action, number: int, **fields: Any) -> ProgressUpdate:
        wanted = {
            "action": action,
            "by": self["officer_of_lead"],
            "at": NOW,
            "today": TODAY,
            "submission_key": key(number),
            "period": H1_2026,
            "rating": Rating.ON_TRACK,
            "narrative": f"What happened, {number}.",
            **fields,
        }
        return updates.post_update(**wanted)

    def proposal(self, number: int, **fields: Any) -> Proposal:
        """An initiative that the supporting partner's officer proposes."""
        wanted = {
            "title": f"Initiative {number}",
            "why": "Forty calls since May.",
            "priority": self.priority,
            "sub_group": self.sub_group,
            "lead_partner": self.council,
            "supporting": [self.fire],
            "starts_on": dt.date(2026, 11, 1),
            "due_on": dt.date(2027, 2, 28),
            "measure_of_success": "Half the calls.",
            "milestones": [("Residents asked", dt.date(2026, 12, 1))],
            **fields,
        }
        return proposals.propose(
            plan=self.plan,
            initiative=proposals.Initiative(**wanted),
            by=self["officer_of_support"],
            at=NOW,
            today=TODAY,
            submission_key=key(number),
        )

    def accepted(self, proposal: Proposal) -> Proposal:
        proposals.accept(proposal=proposal, by=self["coordinator"], at=NOW, today=TODAY, revision=proposal.revision)
        proposal.refresh_from_db()
        return proposal

    def evidence(self, action: Action) -> Evidence:
        """A file with the action's latest update; with a restricted one it is full of the secret words."""
        update = action.latest_update
        assert update
        name, words = ("marigold.txt", SECRET) if update.restricted else ("visits.txt", "Four visits.")
        files = evidence.bring([examine(name, words.encode())])
        (row,) = evidence.attach(update=update, by=update.by, at=NOW, files=files)
        return row

    def export(self, query: str = "?", *, fails: bool = False) -> Export:
        """A file of the whole list, made for the lead partner's officer today, or one that could not be."""
        at = timezone.now()  # pages ask the clock whether it is kept still
        export = exports.request_export(plan=self.plan, kind="csv", query=query, by=self["officer_of_lead"], at=at)
        if fails:
            Export.objects.filter(pk=export.pk).update(state=Export.State.FAILED, error="No space left on device.")
        else:
            exports.run_export(pk=export.pk, select=actions_at, clock=lambda: at)
        export.refresh_from_db()
        return export

    def upload(self, number: int = 1, figures: str = "FIRES,4") -> Upload:
        """A table of the fire brigade's figures, sent by its officer and read: without a fault it is ready to store."""
        at, by = timezone.now(), self["officer_of_lead"]
        quarter = Period.containing(PeriodKind.QUARTER, timezone.localdate(at)).previous()
        with uploads.on_the_shelf(f"Code,Figure\n{figures}\n".encode(), "figures.csv") as file:
            upload = uploads.start(
                plan=self.plan,
                kind="figures",
                period=quarter,
                data_owner=self.fire,
                file=file,
                answers={"as_at": timezone.localdate(at).isoformat()},
                by=by,
                at=at,
                submission_key=key(number),
            )
        uploads.run_upload(pk=upload.pk, clock=lambda: at)
        upload.refresh_from_db()
        return upload

    def actions_in_every_state(self) -> dict[str, Action]:
        """Live without and with an update, restricted words, off track, complete and withdrawn, by name."""
        made = {name: self.action(f"ASB-0{n}") for n, name in enumerate(STATES, start=1)}
        self.update(made["updated"], 1)
        told = dict.fromkeys(
            ("narrative", "reason", "recovery", "help_wanted", "achievement", "new_due_reason"), SECRET
        )
        self.update(
            made["restricted"],
            2,
            restricted=True,
            rating=Rating.OFF_TRACK,
            help_wanted_from=self.housing,
            new_due_on=dt.date(2027, 3, 30),
            **told,
        )
        self.update(made["off_track"], 3, rating=Rating.OFF_TRACK, reason="No crew.", recovery="A new crew.")
        self.update(
            made["complete"], 4, rating=Rating.COMPLETE, achievement="Fewer fires.", completed_on=dt.date(2026, 9, 30)
        )
        withdraw(action=made["withdrawn"], by=self["coordinator"], at=NOW, reason="Merged into another.")
        for action in made.values():
            action.refresh_from_db()
        return made


#: What the restricted update says in every one of its fields.
SECRET = "Marigold Street, number nine."

STATES = ("silent", "updated", "restricted", "off_track", "complete", "withdrawn")
