"""A matter that is due and not answered reaches its owner, then the coordinator, each once; and nobody once it is answered."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from actions.tests.makers import make_user
from partners import outbox, roles
from partners.models import Cover, OutgoingEmail
from partners.services import deactivate
from reports.models import MatterArising
from reports.services import meeting, reminding
from reports.services.reminding import Step, steps_of
from reports.tests.desk import LATER, Desk

LONDON = ZoneInfo("Europe/London")
#: A Saturday: the owner is reminded on the Monday after.
DUE_ON = dt.date(2026, 12, 5)


def morning(day: int, hour: int = 8) -> dt.datetime:
    return dt.datetime(2026, 12, day, hour, 0, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (dt.date(2026, 12, 4), []),
        (dt.date(2026, 12, 5), []),
        (dt.date(2026, 12, 7), [Step.DUE]),
        (dt.date(2026, 12, 8), [Step.DUE]),
        (dt.date(2026, 12, 9), [Step.OVERDUE]),
        (dt.date(2026, 12, 11), [Step.OVERDUE, Step.TO_COORDINATOR]),
        (dt.date(2027, 1, 8), [Step.OVERDUE, Step.TO_COORDINATOR]),  # the holidays between count for nothing
        (dt.date(2027, 2, 1), []),
    ],
)
def test_the_ladder(today, expected):
    assert steps_of(DUE_ON, dt.date(2026, 11, 20), today) == expected


def test_what_was_reached_when_it_was_given_is_no_news():
    given = dt.date(2026, 12, 9)
    assert steps_of(DUE_ON, given, dt.date(2026, 12, 10)) == []
    assert steps_of(DUE_ON, given, dt.date(2026, 12, 11)) == [Step.TO_COORDINATOR]


@pytest.mark.django_db
class TestReminders:
    @pytest.fixture(autouse=True)
    def scene(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path / "media"
        self.desk = Desk()
        self.report = self.desk.published().report
        self.matter = self.raised()
        OutgoingEmail.objects.all().delete()

    def raised(self, **fields) -> MatterArising:
        wanted = {
            "source": "chair",
            "text": "Why did it rise?",
            "owner": self.desk.officer,
            "due_on": DUE_ON,
            "by": self.desk.chair,
        }
        return meeting.raise_matter(**{"report": self.report, "at": LATER, **wanted, **fields})

    def told(self, now: dt.datetime) -> list[str]:
        """Whom the reminders that this run makes are for."""
        return [one.person.email for one in reminding.remind(now)]

    def test_each_is_told_once_from_eight_in_the_morning_of_working_days(self):
        officer, coordinators = self.desk.officer.email, [self.desk.coordinator.email, self.desk.colleague.email]
        assert self.told(morning(5)) == []
        assert self.told(morning(7, 7)) == []
        assert self.told(morning(7)) == [officer]
        assert self.told(morning(7, 12)) == []
        assert self.told(morning(9)) == [officer]
        assert self.told(morning(11)) == coordinators
        assert self.told(morning(14)) == []
        first = OutgoingEmail.objects.earliest("pk")
        assert first.subject == (
            "Not answered yet: matter arising from the report on April to September 2026, due 5 December 2026"
        )
        assert "You have this to answer by Saturday 5 December 2026, and there is no answer yet." in first.text
        assert first.text.count("http") == 1
        assert "Officer has this to answer by" in OutgoingEmail.objects.latest("pk").text.replace(
            self.desk.officer.name, "Officer"
        )

    def test_after_an_outage_nobody_is_told_the_lower_steps_first(self):
        assert self.told(morning(15)) == [
            self.desk.officer.email, self.desk.coordinator.email, self.desk.colleague.email,
        ]  # fmt: skip
        assert self.told(morning(15, 9)) == []

    def test_what_is_answered_is_reminded_of_no_more_and_a_waiting_reminder_is_dropped(self):
        reminding.remind(morning(7))
        meeting.answer_matter(matter=self.matter, answer="We counted again.", by=self.desk.officer, at=morning(7, 9))
        outbox.drain(morning(7, 10))
        email = OutgoingEmail.objects.get(kind=reminding.KIND)
        assert (email.state, email.last_error) == ("dropped", reminding.ANSWERED)
        assert not any("Not answered yet" in letter.subject for letter in mail.outbox)
        assert self.told(morning(14)) == []

    def test_who_was_given_it_meanwhile_is_reminded_instead(self):
        reminding.remind(morning(7))
        handed = {"to": self.desk.analyst, "reason": "Yours.", "by": self.desk.coordinator}
        meeting.reassign_matter(matter=self.matter, at=morning(7, 9), **handed)
        outbox.drain(morning(7, 10))
        assert OutgoingEmail.objects.get(kind=reminding.KIND).last_error == reminding.WITH_SOMEBODY_ELSE
        assert self.told(morning(8)) == [], "the e-mail that gave it to them is a day old"
        assert self.told(morning(10)) == [self.desk.analyst.email]

    def test_who_stands_in_is_reminded_too_and_the_coordinator_when_nobody_is_left(self):
        deputy = make_user("deputy@test.example", roles.PARTNER_OFFICER, partner=self.desk.council)
        day = dt.date(2026, 12, 7)
        Cover.objects.create(person=self.desk.officer, covered_by=deputy, starts_on=day, ends_on=day)
        assert self.told(morning(7)) == [self.desk.officer.email, deputy.email]
        deactivate(person=self.desk.officer, by=None, at=morning(8))
        assert self.told(morning(10)) == [self.desk.coordinator.email, self.desk.colleague.email]

    def test_as_many_questions_for_thirty_matters_as_for_three(self, django_assert_max_num_queries):
        for number in range(30):
            self.raised(text=f"Question {number}?")
        with django_assert_max_num_queries(6):
            assert len(reminding.due(morning(7))) == 31
