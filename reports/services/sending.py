"""A published report goes to lists of people, by a link: one e-mail a person and version, however many lists they are on.

Who is on a list counts twice: when it is sent to, and again at the moment each e-mail goes out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from partners import outbox, roles
from partners.models import OutgoingEmail, User
from priorities.models import Membership, SubGroup
from priorities.periods import british
from reports import emails
from reports import permissions as permissions  # the rules behind `has_perm`
from reports.models import AudienceList, Report, ReportVersion, Sending, SentTo
from reports.services import holds
from reports.services.release import public_reason

State = OutgoingEmail.State

KIND = "report-published"
ONLY_COORDINATOR_SENDS = "Only the coordinator sends a report to lists."
#: Roles that open a published report.
READ = [*sorted(roles.SEES_THE_WORK), roles.READER]


@dataclass(frozen=True)
class Sent:
    """What a press of the button came to: e-mails owed anew, and tried again."""

    new: int
    again: int


@dataclass(frozen=True)
class Delivery:
    """One person of a list and the newest e-mail about the version owed to them; None before it was sent.

    `on_list`: still on it today. `reads`: has a role that opens the report. `at_work`: one that opens it before the public
    version is checked.
    """

    person: User
    email: OutgoingEmail | None
    on_list: bool
    reads: bool
    at_work: bool

    @property
    def state(self) -> str:
        return self.email.state if self.email else ""

    @property
    def is_owed(self) -> bool:
        """Whether sending to the list would owe this person an e-mail, or try one again."""
        return self.on_list and self.reads and self.state in ("", State.DROPPED, State.FAILED)


@dataclass(frozen=True)
class ListState:
    """One list and what became of the version there. `sending` is None before the version was sent to it."""

    audience: AudienceList
    sending: Sending | None
    deliveries: list[Delivery] = field(default_factory=list)

    def _count(self, *states: str) -> int:
        return sum(one.state in states for one in self.deliveries)

    @property
    def people(self) -> int:
        """How many are on the list today."""
        return sum(one.on_list for one in self.deliveries)

    @property
    def sent(self) -> int:
        return self._count(State.SENT)

    @property
    def waiting(self) -> int:
        return self._count(State.PENDING, State.SENDING)

    @property
    def failed(self) -> list[Delivery]:
        return [one for one in self.deliveries if one.state == State.FAILED]

    @property
    def dropped(self) -> list[Delivery]:
        return [one for one in self.deliveries if one.state == State.DROPPED]

    @property
    def shut_out(self) -> list[Delivery]:
        """On the list, and yet without a role that opens the report: they get no e-mail that leads to a shut page."""
        return [one for one in self.deliveries if one.on_list and not one.reads]

    @property
    def have_to_wait(self) -> list[Delivery]:
        """Readers on the list: what they are led to is shut until the public version has been checked."""
        return [one for one in self.deliveries if one.on_list and one.reads and not one.at_work]

    @property
    def to_try_again(self) -> int:
        return sum(one.is_owed and one.state == State.FAILED for one in self.deliveries)

    @property
    def not_told(self) -> int:
        """How many would get an e-mail now: nobody of them has been owed one, or it was dropped."""
        return sum(one.is_owed and one.state != State.FAILED for one in self.deliveries)


@transaction.atomic
def send(
    *, version: ReportVersion, audiences: Sequence[AudienceList], by: User, at: dt.datetime, despite_hold: str = ""
) -> Sent:
    """Owe everybody on these lists the e-mail about the version. Who has it, or is about to, gets nothing more; what was
    not delivered is tried again. So the same press serves the first time, newcomers, and failures.

    While publishing is on hold it takes a reason in `despite_hold`, which is kept. Raises PermissionDenied; ValidationError
    keyed by these parameter names, or with one sentence when the version is not the published one.
    """
    if not by.has_perm("reports.send_to_lists", version):
        raise PermissionDenied(ONLY_COORDINATOR_SENDS)
    Report.objects.select_for_update().get(pk=version.report_id)  # one press after the other
    version.refresh_from_db(fields=["state"])
    if refusal := cannot_send(version):
        raise ValidationError(refusal)
    if not audiences:
        raise ValidationError({"audiences": ["Choose at least one list."]})
    if any(one.plan_id != version.report.plan_id for one in audiences):
        raise ValidationError({"audiences": ["Choose lists of this report's plan."]})
    today = timezone.localdate(at)
    despite_hold = holds.reason_in_spite(version.report.plan, today, despite_hold)
    on = people_of(audiences, today)
    reading = _reading({person.pk for people in on.values() for person in people})
    at_work = _holding(reading, roles.SEES_THE_WORK)
    reasons = {True: version.reason, False: public_reason(version)}
    is_released = version.releases.standing().exists()
    latest, written = _emails_about(version)
    new = again = 0
    for audience in audiences:
        sending, is_first = Sending.objects.get_or_create(
            version=version, audience=audience, defaults={"by": by, "at": at, "despite_hold": despite_hold}
        )
        if despite_hold and not is_first:
            # Sent to again, maybe by somebody else: the row is beside the name of who sent first.
            said = f"{by.name}, {british(today)}: {despite_hold}"
            sending.despite_hold = f"{sending.despite_hold}\n{said}".strip()
            sending.save(update_fields=["despite_hold"])
        for person in on[audience.pk]:
            if person.pk not in reading:
                continue
            email = latest.get(person.pk)
            if email is None or email.state == State.DROPPED:
                lists = [one.name for one in audiences if person in on[one.pk]]
                worker = person.pk in at_work
                message = emails.published(
                    version, lists, reason=reasons[worker], has_to_wait=not (worker or is_released), reader=person
                )
                email = _owe(version, person, message, before=written.get(person.pk, 0), at=at)
                new += 1
            elif email.state == State.FAILED:
                email = outbox.send_again(email=email, by=by, at=at)
                again += 1
            latest[person.pk] = email
            SentTo.objects.get_or_create(sending=sending, email=email)
    return Sent(new, again)


def _owe(
    version: ReportVersion, person: User, message: emails.Message, *, before: int, at: dt.datetime
) -> OutgoingEmail:
    email = outbox.put(
        recipient=person,
        kind=message.kind,
        subject=message.subject,
        text=message.text,
        html=message.html,
        # One that was dropped is over; whoever is back on a list gets another.
        dedupe_key=f"{message.kind}:{version.pk}:{person.pk}" + (f":{before + 1}" if before else ""),
        at=at,
    )
    assert email is not None  # noqa: S101 - only active people are on a list
    return email


def _emails_about(version: ReportVersion) -> tuple[dict[int, OutgoingEmail], dict[int, int]]:
    """The newest e-mail about the version of each person, by their key, and how many were written to them."""
    latest: dict[int, OutgoingEmail] = {}
    written: dict[int, int] = {}
    found = OutgoingEmail.objects.filter(pk__in=SentTo.objects.filter(sending__version=version).values("email"))
    for email in found.select_related("recipient").order_by("pk"):
        latest[email.recipient_id] = email
        written[email.recipient_id] = written.get(email.recipient_id, 0) + 1
    return latest, written


def cannot_send(version: ReportVersion) -> str:
    """Why this version is not sent to anybody, in a sentence; empty when it can be."""
    if version.state == ReportVersion.State.REPLACED:
        return "This version has been replaced: send the newer one."
    if version.state != ReportVersion.State.PUBLISHED:
        return "A report is sent to lists once it is published."
    return ""


def people_of(audiences: Iterable[AudienceList], day: dt.date) -> dict[int, list[User]]:
    """Who is on each list on `day` and has not left the portal, by the list's key and then by name: people named, and those
    of its sub-groups: who has a seat that day, who leads and who is the deputy. As many queries for thirty lists as for one.
    """
    keys = [audience.pk for audience in audiences]
    on: dict[int, set[int | None]] = {key: set() for key in keys}
    for key, person in AudienceList.people.through.objects.filter(audiencelist__in=keys).values_list(
        "audiencelist", "user"
    ):
        on[key].add(person)
    in_group: dict[int, set[int | None]] = {}
    lists_of = list(
        AudienceList.sub_groups.through.objects.filter(audiencelist__in=keys).values_list("audiencelist", "subgroup")
    )
    groups = {group for _, group in lists_of}
    for group, lead, deputy in SubGroup.objects.filter(pk__in=groups).values_list("pk", "lead", "deputy"):
        in_group[group] = {lead, deputy}
    seats = Membership.objects.filter(
        Q(joined_on__isnull=True) | Q(joined_on__lte=day),
        Q(left_on__isnull=True) | Q(left_on__gt=day),
        sub_group__in=groups,
    )
    for group, person in seats.values_list("sub_group", "user"):
        in_group[group].add(person)
    for key, group in lists_of:
        on[key] |= in_group[group]
    wanted = {person for people in on.values() for person in people if person is not None}
    people = list(User.objects.filter(pk__in=wanted, is_active=True).order_by("name", "pk"))
    return {key: [person for person in people if person.pk in on[key]] for key in keys}


def _reading(people: Iterable[int]) -> set[int]:
    """Those of these people, by key, who hold a role that opens a published report."""
    return _holding(people, READ)


def _holding(people: Iterable[int], names: Iterable[str]) -> set[int]:
    """Those of these people, by key, who hold one of these roles."""
    return set(User.objects.filter(pk__in=people, groups__name__in=names).values_list("pk", flat=True))


def state_of_lists(version: ReportVersion, today: dt.date) -> list[ListState]:
    """Every list of the version's plan, with what became of the version there. A constant number of queries."""
    audiences = list(AudienceList.objects.filter(plan=version.report.plan_id))
    on = people_of(audiences, today)
    sendings = {one.audience_id: one for one in Sending.objects.filter(version=version).select_related("by")}
    owed: dict[int, dict[int, User]] = {}
    latest: dict[int, OutgoingEmail] = {}
    rows = SentTo.objects.filter(sending__version=version).select_related("sending", "email__recipient")
    for row in rows.order_by("email"):
        owed.setdefault(row.sending.audience_id, {})[row.email.recipient_id] = row.email.recipient
        latest[row.email.recipient_id] = row.email
    reading = _reading({person.pk for people in on.values() for person in people})
    at_work = _holding(reading, roles.SEES_THE_WORK)
    found = []
    for audience in audiences:
        people = {person.pk: person for person in on[audience.pk]}
        everybody = people | owed.get(audience.pk, {})
        deliveries = [
            # Whoever had it through another list has it here too.
            Delivery(person, latest.get(key), key in people, key in reading, key in at_work)
            for key, person in sorted(everybody.items(), key=lambda item: (item[1].name, item[0]))
        ]
        found.append(ListState(audience, sendings.get(audience.pk), deliveries))
    return found


# --- At the moment of sending -----------------------------------------------------------------------------------------


def why_not_to_send(email: OutgoingEmail, now: dt.datetime) -> str:
    """Why an e-mail about a published report is not to go out any more, in a sentence; "" to send it."""
    rows = SentTo.objects.filter(email__dedupe_key=outbox.original_key(email))
    rows = rows.select_related("sending__audience", "sending__version__report__plan")
    rows = rows.defer("sending__version__snapshot")
    sendings = [row.sending for row in rows]
    if not sendings:
        return "It belongs to no list that the report was sent to."
    if sendings[0].version.state != ReportVersion.State.PUBLISHED:
        return "Before it was sent, a newer version was published."
    hold = holds.hold_in_force(sendings[0].version.report.plan, timezone.localdate(now))
    if hold is not None and not any(sending.despite_hold for sending in sendings):
        return f"Before it was sent, it was held back. {holds.why_held(hold)}"
    on = people_of([sending.audience for sending in sendings], timezone.localdate(now))
    if not any(email.recipient in people for people in on.values()):
        names = " and ".join(f"“{sending.audience}”" for sending in sendings)
        return f"Before it was sent, they were taken off {names}."
    if not _reading([email.recipient_id]):
        return "They have no role any more that opens a published report."
    if not _holding([email.recipient_id], roles.SEES_THE_WORK) and _taken_back_since(sendings[0].version, email):
        return "Before it was sent, the public version, which is what readers open, was taken back."
    return ""


def _taken_back_since(version: ReportVersion, email: OutgoingEmail) -> bool:
    """Whether readers could open it when the e-mail was written, and cannot now."""
    gone = version.releases.newest()
    return gone is not None and gone.withdrawn_at is not None and gone.withdrawn_at >= email.created_at
