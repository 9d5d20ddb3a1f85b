"""The action plan's items, their milestones, and the updates and events that are their history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connections, models
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    Count,
    DateField,
    Exists,
    F,
    Func,
    IntegerField,
    Max,
    OrderBy,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from actions import rating as ratings
from actions.progress import (
    ANSWERED,
    PROMISED,
    Asked,
    Facts,
    Move,
    Standing,
    assess,
    default_period,
    is_confirmed,
    periods_to_choose,
)
from actions.rating import Rating
from partners.models import Cover, Partner, User
from performance.models import EmergingIssue, Indicator, Recommendation
from priorities.fields import HasPeriod, period_constraint, period_kind_field, period_start_field
from priorities.models import Plan, PoliceAndCrimePriority, Priority, SubGroup, UpdateRound
from priorities.periods import Period, PeriodKind


@dataclass(frozen=True)
class Tally:
    """So many actions of one group (`key`) with one rating, confirmed by an update or not.

    `owing`: the request for updates reaches them; `received`: what it asked for has come.
    """

    key: Any
    rating: Rating
    confirmed: bool
    owing: bool
    received: bool
    number: int


@dataclass(frozen=True)
class PeriodChoice:
    """The period a new update on `action` is about unless the officer says otherwise, and those they may choose `today`."""

    action: Action
    today: dt.date
    choices: list[Period]
    asked: list[Asked]

    @cached_property
    def default(self) -> Period:
        """One query more, which only an empty form needs."""
        told = self.action.updates.standing().order_by().values_list("period_kind", "period_start").distinct()
        updated = {Period(PeriodKind(kind_), start) for kind_, start in told}
        kind = self.action.plan.update_kind
        return default_period(self.asked, updated, self.action.starts_on, kind, self.today)


def no_one_assigned() -> Q:
    """Neither owner nor deputy is at work: not named, has left, or has no role in which to answer for an action."""
    at_work = User.objects.at_work()
    return ~Q(owner__in=at_work) & ~Q(deputy__in=at_work)


#: Last answers to a request for help that still stands: none, or a promise.
STANDING = ("", PROMISED)

#: Columns that a line about an action is made of.
IN_A_ROW = (
    *("ref", "title", "state", "starts_on", "due_on", "review_on", "completed_on"),
    *("plan", "sub_group", "owner", "deputy"),
    *("priority__name", "lead_partner__name"),
    *("latest_update__rating", "latest_update__submitted_on", "latest_update__reason", "latest_update__restricted"),
)


class ActionQuerySet(models.QuerySet["Action"]):
    def visible_to(self, user: User) -> ActionQuerySet:
        """Those who do the work see every action; readers see published reports only."""
        return self if user.sees_the_work else self.none()

    def in_order(self) -> ActionQuerySet:
        return self.order_by("priority__position", "ref")

    def among_the_first(self, end: int, plan: Plan, priorities: Iterable[str]) -> ActionQuerySet:
        """Some of them, with the first `end` in the order of the plan among these.

        To sort all that match takes the longer the more actions there are. The first ones of each of the plan's priorities
        (by its code) stand in an index in order; to look there pays where thousands match. SQLite cannot, and sorts.
        """
        codes = list(priorities)
        if not codes or not connections[self.db].features.supports_slicing_ordering_in_compound:
            return self
        firsts = [
            self.filter(priority=Subquery(Priority.objects.filter(plan=plan, code=code).values("pk")[:1]))
            .order_by("ref")
            .values("pk")[:end]
            for code in codes
        ]
        return Action.objects.filter(pk__in=firsts[0].union(*firsts[1:], all=True) if firsts[1:] else firsts[0])

    def sorted_by(self, column: str, as_of: dt.date, *, backwards: bool = False) -> ActionQuerySet:
        """By `ref`, `due` (nearest first), `heard` (longest ago first) or `rating` (worst first); or the other way round.

        Ongoing work stands after all due dates, whichever way; what was never heard of was heard of longest ago. Equals
        stand in the order of the plan. Raises KeyError for another column.
        """
        keys: dict[str, F | Case] = {
            "ref": F("ref"),
            "due": F("due_on"),
            "heard": F("latest_update__submitted_on"),
            "rating": Case(
                *[When(_shown_as(rating, as_of), then=Value(ratings.severity(rating))) for rating in ratings.ORDER],
                default=Value(len(ratings.ORDER)),
                output_field=IntegerField(),
            ),
        }
        key = keys[column]
        if backwards:
            return self.order_by(OrderBy(key, descending=True, nulls_last=True), "priority__position", "ref")
        never = OrderBy(key, nulls_first=True) if column == "heard" else OrderBy(key, nulls_last=True)
        return self.order_by(never, "priority__position", "ref")

    def for_list(self, as_of: dt.date, asked: Period | None) -> ActionQuerySet:
        """Everything a row of a list needs, in one query; `asked` is the period an update is wanted on."""
        return self.with_names().with_facts(as_of).with_received(asked)

    def for_rows(self, as_of: dt.date, asked: Period | None) -> ActionQuerySet:
        """What a line about an action says, and no more: three joins in place of six, a third of the columns.

        Whatever else is asked of such an action costs a query of its own.
        """
        lean = self.select_related("priority", "lead_partner", "latest_update").only(*IN_A_ROW)
        return lean.with_facts(as_of).with_received(asked)

    def with_names(self) -> ActionQuerySet:
        return self.select_related("priority", "sub_group", "lead_partner", "owner", "latest_update")

    def with_facts(self, as_of: dt.date) -> ActionQuerySet:
        """Adds `milestones_missed` (due before `as_of`, not done) and `times_moved` (moves of the due date)."""
        missed = Milestone.objects.filter(action=OuterRef("pk"), due_on__lt=as_of, done_on__isnull=True)
        moved = ActionEvent.objects.filter(action=OuterRef("pk"), kind=ActionEvent.Kind.DATE_MOVED)
        return self.annotate(milestones_missed=number_of(missed), times_moved=number_of(moved))

    def with_unchanged(self) -> ActionQuerySet:
        """Adds `unchanged`: about how many periods in a row, up to now, “no change” was confirmed without a word.

        Two people who confirm the same period say it once.
        """
        rated = ProgressUpdate.objects.rated().order_by()
        spoken = rated.filter(action=OuterRef("action")).exclude(kind=ProgressUpdate.Kind.NO_CHANGE)
        last_spoken = spoken.values("action").annotate(last=Max("pk")).values("last")
        silent = (
            rated.filter(action=OuterRef("pk"), kind=ProgressUpdate.Kind.NO_CHANGE)
            .filter(pk__gt=Coalesce(Subquery(last_spoken), 0))
            .values("action")
            .annotate(n=Count("period_start", distinct=True))
        )
        return self.annotate(unchanged=Coalesce(Subquery(silent.values("n")), 0))

    def with_received(self, asked: Period | None) -> ActionQuerySet:
        """Adds `received`: whether an update with a rating about that very period has come; about any when none is asked.

        A completion that was reopened is taken back and counts no more.
        """
        return self.annotate(received=_received(asked))

    def live(self) -> ActionQuerySet:
        return self.filter(state=Action.State.LIVE)

    def added_since_report(self, plan: Plan) -> ActionQuerySet:
        """New initiatives the last report of the plan has not told of; all of them while there was none.

        A report tells of what came in by the end of the day its period's updates were due.
        """
        settled = UpdateRound.objects.filter(plan=plan, settled_at__isnull=False).order_by("-period_start")
        told_up_to = Coalesce(
            Subquery(settled.values("updates_due_on")[:1]), Value(dt.date.min), output_field=DateField()
        )
        new = self.filter(plan=plan).exclude(origin=Action.Origin.PLAN).order_by("-added_at")
        return new.filter(added_at__date__gt=told_up_to)

    def overdue(self, as_of: dt.date) -> ActionQuerySet:
        return self.live().filter(due_on__lt=as_of)

    def owing(self, asked: Period) -> ActionQuerySet:
        """Actions a request for updates on `asked` reaches (the SQL twin of `progress.owes`)."""
        return self.live().filter(starts_on__lte=asked.end)

    def not_updated(self, asked: Period) -> ActionQuerySet:
        """Owing, and nothing received about `asked`."""
        return self.owing(asked).filter(~_received(asked))

    def answered_for_by(self, user: User) -> ActionQuerySet:
        """Actions this person is expected to update: owner, deputy, or their partner leads and no one is assigned.

        Whoever stands in for somebody (`User.stand_in`) is expected to do the same for them.
        """
        people = sorted(user.stands_for)
        mine = Q(owner__in=people) | Q(deputy__in=people)
        if user.partner_id and user.is_officer:
            mine |= no_one_assigned() & Q(lead_partner=user.partner_id)
        return self.filter(mine)

    def no_one_assigned(self) -> ActionQuerySet:
        """Actions without an owner or deputy who is at work; a leaver answers for nothing."""
        return self.filter(no_one_assigned())

    def with_assigned(self) -> ActionQuerySet:
        """Reads what `Action.assigned` answers with for a whole list."""
        at_work = User.objects.at_work()
        key = Case(
            When(owner__in=at_work, then=F("owner")),
            When(deputy__in=at_work, then=F("deputy")),
            output_field=BigIntegerField(),
        )
        return self.select_related("owner", "deputy").annotate(assigned_key=key)

    def of_partner(self, partner: Partner | models.QuerySet[Partner]) -> ActionQuerySet:
        """Actions a partner leads or supports; a queryset of one spares reading it."""
        one = [partner] if isinstance(partner, Partner) else partner
        supporting = Action.supporting.through.objects.filter(action=OuterRef("pk"), partner__in=one)
        return self.filter(Q(lead_partner__in=one) | Exists(supporting))

    def rated(self, wanted: Rating, as_of: dt.date) -> ActionQuerySet:
        """Actions shown with one rating on `as_of`. The filter is worked out from `rating.derive`, not written twice."""
        return self.filter(_shown_as(wanted, as_of))

    def tallies(self, by: str | tuple[str, ...], as_of: dt.date, asked: Period | None) -> list[Tally]:
        """Counts by rating for each value of the column `by`, or of several together, judged by `progress.assess`; one
        grouped query.
        """
        columns = (by,) if isinstance(by, str) else by
        reached = Q(starts_on__lte=asked.end) if asked else Q(pk__in=[])
        rows = (
            self.order_by()
            .with_received(asked)
            .annotate(
                begun=_yes(Q(starts_on__lte=as_of)),
                reached=_yes(reached),
            )
            .values_list(*columns, "state", "begun", "reached", "received", "latest_update__rating")
            .annotate(number=Count("pk"))
        )
        counted: dict[tuple[Any, Rating, bool, bool, bool], int] = {}
        for *keys, state, begun, is_reached, is_received, said, number in rows:
            rating = ratings.derive(state, begun, Rating(said) if said else None)
            owing = state == ratings.LIVE and is_reached
            key = keys[0] if isinstance(by, str) else tuple(keys)
            group = (key, rating, is_confirmed(rating, owing, is_received), owing, is_received)
            counted[group] = counted.get(group, 0) + number
        return [Tally(*group, number) for group, number in counted.items()]


def _shown_as(wanted: Rating, as_of: dt.date) -> Q:
    """Rows whose rating on `as_of` is `wanted`, worked out from `rating.derive`; what makes no difference is not asked."""
    condition = Q(pk__in=[])
    words = (None, *ratings.SUBMITTABLE)
    for state in ratings.STATES:
        shown = {
            said: [started for started in (True, False) if ratings.derive(state, started, said) == wanted]
            for said in words
        }
        if all(len(when) == 2 for when in shown.values()):
            condition |= Q(state=state)
            continue
        for said, when in shown.items():
            last = Q(latest_update__isnull=True) if said is None else Q(latest_update__rating=said.value)
            begun = Q(starts_on__lte=as_of) if when == [True] else Q(starts_on__gt=as_of)
            if when:
                condition |= Q(state=state) & last & (begun if len(when) == 1 else Q())
    return condition


def _received(asked: Period | None) -> Exists:
    updates = ProgressUpdate.objects.filter(action=OuterRef("pk")).standing()
    return Exists(updates.about(asked) if asked else updates)


def number_of(rows: models.QuerySet[Any]) -> Subquery:
    """How many rows of another table go with each; nought for none. Counted without groups, which are dear to write out."""
    return Subquery(rows.order_by().annotate(n=Func("pk", function="COUNT", output_field=IntegerField())).values("n"))


def _yes(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


class Action(models.Model):
    """An item of the action plan (plan, section 10)."""

    class State(models.TextChoices):
        LIVE = "live", "Live"
        COMPLETE = "complete", "Complete"
        WITHDRAWN = "withdrawn", "Withdrawn"
        REPLACED = "replaced", "Replaced"
        MOVED = "moved", "Moved to the next plan"

    class Origin(models.TextChoices):
        PLAN = "plan", "In the plan from the start"
        INITIATIVE = "initiative", "New initiative"
        ISSUE = "issue", "From an emerging issue"

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    ref = models.CharField("reference", max_length=20)
    priority = models.ForeignKey(Priority, on_delete=models.PROTECT, related_name="+")
    sub_group = models.ForeignKey(SubGroup, on_delete=models.PROTECT, related_name="+", verbose_name="sub-group")
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    measure_of_success = models.TextField(blank=True)
    lead_partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    supporting = models.ManyToManyField(Partner, blank=True, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    starts_on = models.DateField()
    due_on = models.DateField(null=True, blank=True, help_text="Empty for ongoing work, which has a review date.")
    review_on = models.DateField(null=True, blank=True)
    original_due_on = models.DateField(null=True, blank=True)
    reoffending_focus = models.BooleanField("re-offending focus", default=False)
    indicators = models.ManyToManyField(Indicator, blank=True, related_name="+")
    recommendations = models.ManyToManyField(
        Recommendation,
        blank=True,
        related_name="+",
        help_text="Recommendations of the strategic assessment that it carries out.",
    )
    having_regard = models.ManyToManyField(
        PoliceAndCrimePriority,
        blank=True,
        related_name="+",
        help_text="Priorities of the Police and Crime Plan that it answers.",
    )
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.PLAN)
    from_issue = models.ForeignKey(EmergingIssue, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    source = models.CharField(
        max_length=150, blank=True, help_text="Where the substance comes from, for example: plan, section 4."
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.LIVE)
    completed_on = models.DateField(null=True, blank=True)
    added_at = models.DateTimeField()
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The action that carries this one on, here or in the next plan.",
    )
    latest_update = models.ForeignKey(
        "ProgressUpdate", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    revision = models.PositiveIntegerField(default=1)

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "ref"]
        constraints = [
            models.UniqueConstraint(
                name="action_ref_unique",
                fields=["plan", "ref"],
                violation_error_message="This reference is taken.",
            ),
            models.CheckConstraint(
                name="action_due_or_review",
                condition=Q(due_on__isnull=False) | Q(review_on__isnull=False),
                violation_error_message="Ongoing work needs a review date.",
            ),
            models.CheckConstraint(
                name="action_due_after_start",
                condition=Q(due_on__isnull=True) | Q(due_on__gte=F("starts_on")),
                violation_error_message="The due date cannot come before the start date.",
            ),
            models.CheckConstraint(
                name="action_state_known",
                condition=Q(state__in=["live", "complete", "withdrawn", "replaced", "moved"]),
            ),
            models.CheckConstraint(
                name="action_replaced_has_successor",
                condition=Q(state="replaced", successor__isnull=False)
                | Q(state="moved")
                | (~Q(state__in=["replaced", "moved"]) & Q(successor__isnull=True)),
            ),
            models.CheckConstraint(
                name="action_complete_has_date",
                condition=Q(state="complete", completed_on__isnull=False)
                | (~Q(state="complete") & Q(completed_on__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(name="action_by_plan_priority", fields=["plan", "priority", "ref"]),
            models.Index(name="action_by_due", fields=["state", "due_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("actions:action", args=[self.pk])

    @property
    def assigned(self) -> User | None:
        """Who is to update it: the owner, or the deputy where the owner is not at work; None for no one assigned.

        Lists read it by `with_assigned`; a single action asks for the two people's roles.
        """
        named = [person for person in (self.owner, self.deputy) if person is not None]
        if hasattr(self, "assigned_key"):
            return next((person for person in named if person.pk == self.assigned_key), None)
        return next((person for person in named if person.is_at_work), None)

    def is_answered_for_by(self, user: User) -> bool:
        """What `answered_for_by` says of a whole list; asks the database only about an action that nobody may be named for."""
        if self.owner_id in user.stands_for or self.deputy_id in user.stands_for:
            return True
        return Action.objects.filter(pk=self.pk).answered_for_by(user).exists()

    def covered(self, user: User, covers: Mapping[int, Cover]) -> Cover | None:
        """The cover by which this person answers for it, of those in `covers`; None when they answer for it themselves."""
        named = (self.owner_id, self.deputy_id)
        if user.pk in named:
            return None
        return next((covers[pk] for pk in named if pk is not None and pk in covers), None)

    def facts(self, asked: Period | None) -> Facts:
        """Facts for `progress.assess`; wants rows read by `for_list` or `with_facts`."""
        last = self.latest_update
        return Facts(
            state=self.state,
            starts_on=self.starts_on,
            due_on=self.due_on,
            said=Rating(last.rating) if last and last.rating else None,
            said_on=last.submitted_on if last else None,
            received=self.received_about(asked),
            completed_on=self.completed_on,
            review_on=self.review_on,
            milestones_missed=getattr(self, "milestones_missed", 0),
            times_moved=getattr(self, "times_moved", 0),
            asked=asked,
        )

    def received_about(self, asked: Period | None) -> bool:
        """What `with_received` reads for a whole list; asks by itself for a single action read without it."""
        known: bool | None = getattr(self, "received", None)
        if known is None:
            told = self.updates.order_by().standing()
            return (told.about(asked) if asked else told).exists()
        return known

    def period_choice(self, today: dt.date) -> PeriodChoice:
        """Which period a new update is about, and which others it may be about; one query, beside the plan's."""
        extended = self.extensions.filter(round=OuterRef("pk")).order_by().values("due_on")
        rounds: Any = UpdateRound.objects.asked_by(self.plan, today).annotate(extended_to=Subquery(extended))
        asked = [
            Asked(
                period=round_.period,
                due_on=round_.extended_to or round_.updates_due_on,
                settled=round_.settled_at is not None,
                # Whoever was given more time keeps it.
                closed=round_.closed_at is not None and round_.extended_to is None,
            )
            for round_ in rounds
        ]
        choices = periods_to_choose(asked, self.starts_on, self.plan.update_kind, today)
        return PeriodChoice(self, today, choices, asked)

    def open_periods(self, rounds: Iterable[UpdateRound], today: dt.date) -> list[Period]:
        """The choices of `period_choice` alone, of the plan's requests that have gone out (`UpdateRound.objects.asked_by`)."""
        asked = [Asked(one.period, one.updates_due_on, one.settled_at is not None) for one in rounds]
        return periods_to_choose(asked, self.starts_on, self.plan.update_kind, today)

    def times_unchanged(self) -> int:
        """About how many periods in a row “no change” was confirmed without a word; one query."""
        annotated: Any = Action.objects.filter(pk=self.pk).with_unchanged().get()
        return int(annotated.unchanged)

    def rating_up_to(self, period: Period) -> ProgressUpdate | None:
        """The update whose rating stood last for `period` or one before it, as “no change” about it would confirm.

        None for none; what came before a completion that was taken back is no rating to go on from. Two queries.
        """
        taken_back = self.updates.filter(kind=ProgressUpdate.Kind.COMPLETION).aggregate(last=Max("pk"))["last"] or 0
        known = self.updates.standing().filter(pk__gt=taken_back, period_start__lte=period.start)
        return known.order_by("-period_start", "-pk").first()

    def moves(self) -> list[Move]:
        """Every move of the due date, oldest first; one query."""
        moved = self.events.filter(kind=ActionEvent.Kind.DATE_MOVED).order_by("pk")
        return [
            Move(
                old=dt.date.fromisoformat(event.old) if event.old else None,
                new=dt.date.fromisoformat(event.new),
                on=timezone.localdate(event.at),
            )
            for event in moved
        ]

    def standing(self, asked: Period | None, as_of: dt.date) -> Standing:
        return assess(self.facts(asked), as_of)


class Milestone(models.Model):
    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="milestones")
    text = models.CharField(max_length=250)
    due_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [models.UniqueConstraint(name="milestone_once", fields=["action", "text"])]

    def __str__(self) -> str:
        return self.text


class ProgressUpdateQuerySet(models.QuerySet["ProgressUpdate"]):
    def rated(self) -> ProgressUpdateQuerySet:
        """Updates that carry a rating; a supporting partner's words don't."""
        return self.exclude(rating="")

    def standing(self) -> ProgressUpdateQuerySet:
        """Judgements on how a live action goes: a completion of one that is live again was taken back."""
        return self.rated().exclude(kind=ProgressUpdate.Kind.COMPLETION)

    def about(self, period: Period) -> ProgressUpdateQuerySet:
        return self.filter(period_kind=period.kind.value, period_start=period.start)

    def received_by(self, cut_off: dt.datetime) -> ProgressUpdateQuerySet:
        return self.filter(submitted_at__lte=cut_off)

    def readable_by(self, user: User) -> ProgressUpdateQuerySet:
        """Updates whose words this person may read (the SQL twin of the rule "actions.read_restricted")."""
        if not user.sees_the_work:
            return self.none()
        if user.is_coordinator or user.is_analyst or user.is_chair:
            return self
        people = sorted(user.stands_for)
        open_to = Q(restricted=False) | Q(by=user)
        open_to |= Q(action__sub_group__lead__in=people) | Q(action__sub_group__deputy__in=people)
        if user.is_officer and user.partner_id is not None:
            open_to |= Q(spoken_for=user.partner_id)
        return self.filter(open_to)

    def asking_help(self) -> ProgressUpdateQuerySet:
        """Updates whose request for help still stands (the SQL twin of `progress.standing_requests`); adds `last_answer`."""
        spoken = ProgressUpdate.objects.rated().exclude(kind=ProgressUpdate.Kind.NO_CHANGE).order_by()
        newest = spoken.filter(action=OuterRef("action")).order_by("-period_start", "-pk").values("pk")[:1]
        told = Q(last_said__in=ANSWERED, pk=Subquery(newest))
        return self._asking().filter(Q(last_said__in=STANDING) | told)

    def _asking(self) -> ProgressUpdateQuerySet:
        """Requests for help that were not made again, whatever was answered; `last_said` for `last_answer`, "" for none.

        What is filtered by is written out in SQL once for each time it is named, so that it is named once.
        """
        spoken = ProgressUpdate.objects.rated().exclude(kind=ProgressUpdate.Kind.NO_CHANGE).order_by()
        again = spoken.filter(
            action=OuterRef("action"), help_wanted_from=OuterRef("help_wanted_from"), pk__gt=OuterRef("pk")
        )
        from actions.models.returns import HelpReply  # whose module needs this one

        answer = Subquery(HelpReply.objects.filter(update=OuterRef("pk")).order_by("-pk").values("answer")[:1])
        asked = self.rated().exclude(kind=ProgressUpdate.Kind.NO_CHANGE).filter(help_wanted_from__isnull=False)
        return (
            asked.filter(~Exists(again), action__state=Action.State.LIVE)
            .annotate(last_answer=answer)
            .alias(last_said=Coalesce(answer, Value("")))
            .select_related("action__lead_partner", "action__sub_group", "help_wanted_from", "by")
        )

    def unanswered_help(self) -> ProgressUpdateQuerySet:
        """Standing requests for help that the partner asked has said nothing to, the longest waiting first."""
        return self.asking_help().filter(help_replies__isnull=True).order_by("submitted_at", "pk")

    def help_owed_by(self, partner: Partner) -> ProgressUpdateQuerySet:
        """Standing requests to one partner that it has not answered, then those it has promised and not reported done."""
        asking: Any = self._asking()
        owed: ProgressUpdateQuerySet = asking.filter(help_wanted_from=partner, last_said__in=STANDING)
        return owed.order_by("last_said", "submitted_at", "pk")


class ProgressUpdate(HasPeriod, models.Model):
    """What a partner said about an action for a period. Append-only; a correction is another row."""

    class Kind(models.TextChoices):
        UPDATE = "update", "Update"
        NO_CHANGE = "no_change", "No change, confirmed"
        COMPLETION = "completion", "Completion"
        WORDS = "words", "Words from a supporting partner"

    RATINGS = [(r.value, ratings.LOOKS[r].word) for r in ratings.SUBMITTABLE]

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="updates")
    period_kind = period_kind_field()
    period_start = period_start_field()
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.UPDATE)
    rating = models.CharField(max_length=12, choices=RATINGS, blank=True)
    narrative = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    recovery = models.TextField(blank=True)
    help_wanted = models.TextField(blank=True)
    help_wanted_from = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    achievement = models.TextField(
        blank=True, help_text="Something delivered, for the report; on completion, what became of the measure."
    )
    restricted = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    spoken_for = models.ForeignKey(
        Partner,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The organisation whose words these are, as it was when they were sent; empty for somebody of none.",
    )
    submitted_at = models.DateTimeField()
    submitted_on = models.DateField(help_text="The day of `submitted_at` in local time.")
    late = models.BooleanField(default=False)
    submission_key = models.UUIDField(unique=True)

    objects = ProgressUpdateQuerySet.as_manager()

    #: Set on what a verb answers with when this very thing had been said before and nothing new was recorded.
    is_repeat = False

    class Meta:
        ordering = ["action", "pk"]
        constraints = [
            period_constraint("update_period"),
            models.CheckConstraint(
                name="update_rating_known", condition=Q(rating__in=["", "on_track", "at_risk", "off_track", "complete"])
            ),
            models.CheckConstraint(
                name="update_kind_known", condition=Q(kind__in=["update", "no_change", "completion", "words"])
            ),
            models.CheckConstraint(
                name="update_words_have_no_rating",
                condition=Q(kind="words", rating="") | (~Q(kind="words") & ~Q(rating="")),
            ),
            models.CheckConstraint(
                name="update_completion_is_complete",
                condition=Q(kind="completion", rating="complete") | (~Q(kind="completion") & ~Q(rating="complete")),
            ),
            models.CheckConstraint(name="update_says_something", condition=Q(kind="no_change") | ~Q(narrative="")),
        ]
        indexes = [
            models.Index(name="update_by_action_period", fields=["action", "period_start", "id"]),
            models.Index(name="update_by_period", fields=["period_start", "submitted_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.period.label}"

    @property
    def is_answered(self) -> bool:
        """Whether nothing is to be done any more about the help it asks for; wants a row read by `asking_help`."""
        return getattr(self, "last_answer", None) in ANSWERED

    @property
    def is_promised(self) -> bool:
        """Whether the help it asks for was promised and not yet given; wants a row read by `asking_help`."""
        return getattr(self, "last_answer", None) == PROMISED


class ActionEvent(models.Model):
    """Something that happened to an action's structure. Append-only: timeline, slippage ledger, as-at readings."""

    class Kind(models.TextChoices):
        ADDED = "added", "Added to the plan"
        DATE_MOVED = "date_moved", "Due date moved"
        STATE = "state", "State changed"
        MILESTONE = "milestone", "Milestone done"
        REASSIGNED = "reassigned", "Reassigned"
        REOPENED = "reopened", "Reopened"
        EDITED = "edited", "Changed"
        EXTENDED = "extended", "More time for the update"

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    field = models.CharField(max_length=40, blank=True, help_text="What was changed, by the name of its column.")
    old = models.TextField(blank=True)
    new = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    update = models.ForeignKey(ProgressUpdate, on_delete=models.PROTECT, null=True, blank=True, related_name="events")

    class Meta:
        ordering = ["action", "pk"]
        constraints = [
            models.CheckConstraint(
                name="event_kind_known",
                condition=Q(
                    kind__in=[
                        "added",
                        "date_moved",
                        "state",
                        "milestone",
                        "reassigned",
                        "reopened",
                        "edited",
                        "extended",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="event_change_says_why",
                condition=~Q(kind__in=["date_moved", "reopened"]) | ~Q(reason=""),
            ),
            models.CheckConstraint(name="event_edit_names_field", condition=~Q(kind="edited") | ~Q(field="")),
        ]
        indexes = [models.Index(name="event_by_action_at", fields=["action", "at"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.action}"
