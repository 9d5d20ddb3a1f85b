"""Every role and position against every right of the room: the whole table, restricted words included."""

import pytest
import rules

from actions import permissions  # noqa: F401 (the rules themselves)
from actions.models import Action, ProgressUpdate, Proposal
from actions.rating import Rating
from actions.services.updates import add_words, post_update
from actions.tests.makers import H1_2026, NOW, TODAY, Cast, key, make_user
from partners import roles
from priorities.tests.makers import make_sub_group

pytestmark = pytest.mark.django_db


class People(Cast):
    """Also: deputies, somebody who holds two roles, and those whom a position alone must not let in."""

    def __init__(self) -> None:
        super().__init__()
        self.owner_elsewhere = make_user("owner@example.org", roles.PARTNER_OFFICER, partner=self.council)
        self.deputy = make_user("deputy@example.org", roles.PARTNER_OFFICER, partner=self.council)
        self.lead_deputy = make_user("lead2@example.org", roles.PARTNER_OFFICER, partner=self.council)
        self.other_lead = make_user("other-lead@example.org", roles.PARTNER_OFFICER, partner=self.council)
        self.chair_of_fire = make_user("fire-chair@example.org", roles.CHAIR, roles.PARTNER_OFFICER, partner=self.fire)
        self.reader_of_fire = make_user("fire-reader@example.org", roles.READER, partner=self.fire)
        self.roleless_of_fire = make_user("fire-nobody@example.org", partner=self.fire)
        self.unplaced = make_user("unplaced@example.org", roles.PARTNER_OFFICER)
        self.leaver = make_user("leaver@example.org", roles.COORDINATOR, partner=self.fire, is_active=False)
        self.admin_officer = make_user(
            "admin2@example.org", roles.PARTNER_OFFICER, partner=self.fire, is_staff=True, is_superuser=True
        )
        self.reader_who_leads = make_user("reader-lead@example.org", roles.READER, partner=self.fire)
        self.sub_group.deputy = self.lead_deputy
        self.sub_group.save()
        make_sub_group(self.plan, code="YOUTH", lead=self.other_lead)

    def the_action(self) -> Action:
        return self.action(owner=self.owner_elsewhere, deputy=self.deputy)


POST, WORDS, DATES, GIVE, RUN = (
    "actions.post_update",
    "actions.add_words",
    "actions.edit_dates",
    "actions.hand_over",
    {
        "actions.add_action",
        "actions.reopen",
        "actions.withdraw",
        "actions.replace",
        "actions.move_to_next_plan",
        "actions.edit",
        "actions.hand_over_to_anybody",
        "actions.extend_deadline",
        "actions.nudge",
        "actions.see_board",
    },
)

#: What each may do to an action led by the fire brigade, supported by the housing group, of the lead's sub-group.
MAY: dict[str, set[str]] = {
    "officer": {POST},
    "colleague": {POST},
    "owner_elsewhere": {POST, GIVE},
    "deputy": {POST, GIVE},
    "lead": {POST, DATES},
    "lead_deputy": {POST, DATES},
    "chair_of_fire": {POST},
    "admin_officer": {POST},
    "coordinator": {POST, DATES, GIVE, *RUN},
    "supporter": {WORDS},
    "outsider": set(),
    "other_lead": set(),
    "unplaced": set(),
    "analyst": set(),
    "chair": set(),
    "reader": set(),
    "reader_of_fire": set(),
    "roleless_of_fire": set(),
    "leaver": set(),
    "admin": set(),
}

RIGHTS = sorted({POST, WORDS, DATES, GIVE, *RUN})

#: Rights about something other than an action, each tried below or beside its verbs.
ABOUT_OTHER_ROWS = {
    "actions.read_restricted",
    "actions.propose",
    "actions.edit_proposal",
    "actions.decide_proposal",
    "actions.write_return",
    "actions.answer_help",
    "actions.add_evidence",
    "actions.request_export",
    "actions.retry_export",
}


@pytest.mark.parametrize("who", MAY)
def test_what_each_may_do_to_an_action(who: str):
    people = People()
    action, user = people.the_action(), getattr(people, who)
    assert {right for right in RIGHTS if user.has_perm(right, action)} == MAY[who]


def test_the_tables_know_every_right_of_the_room():
    known = {name for name in rules.permissions.permissions if name.startswith("actions.")}
    assert known == {*RIGHTS, *ABOUT_OTHER_ROWS}


@pytest.mark.parametrize("who", MAY)
def test_without_an_action_position_counts_for_nothing(who: str):
    user = getattr(People(), who)
    may = {right for right in RIGHTS if user.has_perm(right)}
    assert may == ({POST, DATES, GIVE, *RUN} if who == "coordinator" else set())


def test_an_owner_who_only_reads_may_not_write():
    people = People()
    action = people.action(owner=people.reader_who_leads, deputy=people.reader_who_leads)
    people.sub_group.lead = people.reader_who_leads
    assert not any(people.reader_who_leads.has_perm(right, action) for right in RIGHTS)


def test_a_supporting_partner_that_leads_too_posts_updates_and_adds_no_words():
    people = People()
    action = people.action(lead_partner=people.housing, supporting=[people.housing])
    assert people.supporter.has_perm(POST, action)
    assert not people.supporter.has_perm(WORDS, action)


# --- New initiatives --------------------------------------------------------------------------------------------------

PROPOSE = {
    "officer",
    "colleague",
    "owner_elsewhere",
    "deputy",
    "lead",
    "lead_deputy",
    "chair_of_fire",
    "admin_officer",
    "coordinator",
    "supporter",
    "outsider",
    "other_lead",
    "unplaced",
}


@pytest.mark.parametrize("who", MAY)
def test_who_proposes_and_who_decides(who: str):
    people = People()
    user = getattr(people, who)
    theirs, anothers = Proposal(proposed_by=user), Proposal(proposed_by=people.unplaced)
    assert user.has_perm("actions.propose") == (who in PROPOSE)
    assert user.has_perm("actions.edit_proposal", theirs) == (who in PROPOSE)
    assert user.has_perm("actions.edit_proposal", anothers) == (who == "unplaced")
    assert user.has_perm("actions.decide_proposal", theirs) == (who == "coordinator")


# --- Restricted words -------------------------------------------------------------------------------------------------


def the_update(people: People, *, restricted: bool) -> ProgressUpdate:
    return post_update(
        action=people.the_action(),
        by=people.officer,
        at=NOW,
        today=TODAY,
        submission_key=key(1),
        period=H1_2026,
        rating=Rating.ON_TRACK,
        narrative="A name is in here.",
        restricted=restricted,
    )


#: Restricted words of the lead partner: that partner, its sub-group's leads, and those who see everything.
READ_RESTRICTED = {
    "officer",
    "colleague",
    "chair_of_fire",
    "admin_officer",
    "lead",
    "lead_deputy",
    "coordinator",
    "analyst",
    "chair",
}
SEE_NO_WORK = {"reader", "reader_of_fire", "roleless_of_fire", "leaver", "admin"}


@pytest.mark.parametrize("who", MAY)
def test_who_reads_restricted_words(who: str):
    people = People()
    update = the_update(people, restricted=True)
    assert getattr(people, who).has_perm("actions.read_restricted", update) == (who in READ_RESTRICTED)


@pytest.mark.parametrize("who", MAY)
def test_words_that_are_not_restricted_are_for_all_who_see_the_work(who: str):
    people = People()
    update = the_update(people, restricted=False)
    assert getattr(people, who).has_perm("actions.read_restricted", update) == (who not in SEE_NO_WORK)


@pytest.mark.parametrize(
    ("who", "reads"),
    [
        ("supporter", True),
        ("officer", False),
        ("lead", True),
        ("outsider", False),
        ("unplaced", False),
        ("admin", False),
    ],
)
def test_a_supporting_partners_restricted_words_are_theirs_and_not_the_lead_partners(who: str, reads: bool):
    people = People()
    update = add_words(
        action=people.the_action(),
        by=people.supporter,
        at=NOW,
        today=TODAY,
        submission_key=key(2),
        period=H1_2026,
        narrative="A name is in here.",
        restricted=True,
    )
    assert getattr(people, who).has_perm("actions.read_restricted", update) == reads


@pytest.mark.parametrize("who", ["officer", "unplaced"])
def test_the_writer_reads_their_own_words_but_not_once_they_have_left(who: str):
    people = People()
    update = the_update(people, restricted=True)
    user = getattr(people, who)
    ProgressUpdate.objects.filter(pk=update.pk).update(by=user)
    update.refresh_from_db()
    assert user.has_perm("actions.read_restricted", update)
    user.is_active = False
    assert not user.has_perm("actions.read_restricted", update)


def test_two_people_without_a_partner_are_not_of_one_partner():
    people = People()
    update = the_update(people, restricted=True)
    ProgressUpdate.objects.filter(pk=update.pk).update(by=people.reader)
    update.refresh_from_db()
    assert not people.unplaced.has_perm("actions.read_restricted", update)


def test_no_update_no_right_from_position():
    people = People()
    assert not people.officer.has_perm("actions.read_restricted")
    assert not people.lead.has_perm("actions.read_restricted")
