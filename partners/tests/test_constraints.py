"""What the database itself refuses of partners, people and e-mails, whoever writes."""

import datetime as dt

import pytest

from partners.models import Cover, EmailChoice, OutgoingEmail, Partner, User
from partners.tests.constraints import Breach, names_of, refused_by
from partners.tests.makers import make_user

AT = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)

BREACHES = [
    Breach(
        "partner_leaves_after_joining",
        "partner",
        {"code": "A", "joined_on": dt.date(2024, 4, 1), "left_on": dt.date(2024, 4, 2)},
        {"code": "B", "joined_on": dt.date(2024, 4, 1), "left_on": dt.date(2024, 4, 1)},
    ),
    Breach("partner_kind_known", "partner", {"kind": "programme"}, {"code": "B", "kind": "club"}),
    Breach("Partner.code", "partner", {"code": "A"}, {"code": "A"}),
    Breach("user_email_unique", "person", {"email": "officer@example.org"}, {"email": "Officer@example.org"}),
    Breach("email_state_known", "email", {"state": "sending"}, {"dedupe_key": "b", "state": "lost"}),
    Breach("email_sent_has_time", "email", {"state": "sent", "sent_at": AT}, {"dedupe_key": "b", "state": "sent"}),
    Breach("email_choice_once", "choice", {"kind": "reminders"}, {"kind": "reminders"}),
    Breach("cover_dates_in_order", "cover", {"ends_on": AT.date()}, {"ends_on": dt.date(2026, 11, 22)}),
    Breach("cover_by_another", "cover", {}, {"oneself": True}),
    Breach("OutgoingEmail.dedupe_key", "email", {"dedupe_key": "a"}, {"dedupe_key": "a"}),
]

#: An address in its very letters is refused by `user_email_unique` as well, so neither can be seen to refuse alone.
TWINS = {"User.email"}


class Rows:
    def __init__(self) -> None:
        self.reader = make_user("reader@example.org")

    def partner(self, **changes) -> Partner:
        return Partner.objects.create(**{"code": "CFB", "name": "Fire brigade", "kind": "stakeholder", **changes})

    def person(self, **changes) -> User:
        return User.objects.create(**{"email": "somebody@example.org", "name": "Somebody", **changes})

    def cover(self, *, oneself: bool = False, **changes) -> Cover:
        person = User.objects.filter(name="Somebody").first() or self.person()
        fields = {"person": person, "covered_by": person if oneself else self.reader, "starts_on": AT.date()}
        return Cover.objects.create(**{**fields, "ends_on": AT.date(), **changes})

    def choice(self, **changes) -> EmailChoice:
        return EmailChoice.objects.create(user=self.reader, **changes)

    def email(self, **changes) -> OutgoingEmail:
        fields = {"recipient": self.reader, "kind": "note", "subject": "A note", "text": "Words."}
        return OutgoingEmail.objects.create(**{**fields, "dedupe_key": "a", "created_at": AT, **changes})


@pytest.mark.django_db
@pytest.mark.parametrize("breach", BREACHES, ids=str)
def test_the_database_refuses(breach: Breach):
    make = getattr(Rows(), breach.maker)
    make(**breach.sound)
    with refused_by("partners", breach.name):
        make(**breach.broken)


def test_no_constraint_is_without_its_breach():
    assert {breach.name for breach in BREACHES} | TWINS == names_of("partners")
