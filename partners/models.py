"""Who takes part: partner organisations, the people who sign in, and the e-mails owed to them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import rules
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from simple_history.models import HistoricalRecords

from partners import roles


class PartnerQuerySet(models.QuerySet["Partner"]):
    def current(self, day: dt.date) -> PartnerQuerySet:
        """Partners that belong to the Partnership on `day`."""
        return self.filter(
            Q(joined_on__isnull=True) | Q(joined_on__lte=day),
            Q(left_on__isnull=True) | Q(left_on__gt=day),
        )


class Partner(models.Model):
    """An organisation of the Partnership (Crime and Disorder Act 1998, s.5; plan, section 2)."""

    class Kind(models.TextChoices):
        RESPONSIBLE_AUTHORITY = "responsible_authority", "Responsible authority"
        STAKEHOLDER = "stakeholder", "Stakeholder"
        PROGRAMME = "programme", "Programme"
        DELIVERY_PARTNER = "delivery_partner", "Delivery partner"

    code = models.SlugField(
        "short code", max_length=12, unique=True, help_text="Stands in lists and files, for example CFB."
    )
    name = models.CharField(max_length=150)
    kind = models.CharField(
        max_length=30,
        choices=Kind.choices,
        help_text="Responsible authorities are named in the Crime and Disorder Act 1998, section 5.",
    )
    role = models.CharField(max_length=250, blank=True, help_text="What it does in the Partnership, in a few words.")
    former_names = models.TextField(
        blank=True, help_text="One a line, with the date it changed; so that old papers can be understood."
    )
    note = models.TextField("note or query", blank=True, help_text="For example, how the plan printed the name.")
    joined_on = models.DateField(null=True, blank=True, help_text="Leave empty if it was there from the start.")
    left_on = models.DateField(null=True, blank=True, help_text="The first day on which it is no longer a member.")

    objects = PartnerQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="partner_leaves_after_joining",
                condition=Q(left_on__isnull=True) | Q(joined_on__isnull=True) | Q(left_on__gt=F("joined_on")),
                violation_error_message="The leaving date must come after the joining date.",
            ),
            models.CheckConstraint(
                name="partner_kind_known",
                condition=Q(
                    kind__in=["responsible_authority", "stakeholder", "programme", "delivery_partner"],
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)

    def at_work(self) -> models.QuerySet[User]:
        """Those who can sign in and see the working plan, by organisation and name."""
        found = self.filter(is_active=True, groups__name__in=roles.SEES_THE_WORK).distinct()
        return found.select_related("partner").order_by("partner__name", "name")

    def officers_of(self, partner: int | None) -> models.QuerySet[User]:
        """The officers of one partner (by its key) who can sign in."""
        return self.filter(is_active=True, partner=partner, groups__name=roles.PARTNER_OFFICER)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person who signs in by e-mail. Without a password none will work until one is set."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An administrator, by Django's own command: the first of an empty database. Nobody stands above the roles."""
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": False})


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. A leaver is made inactive and keeps what they wrote."""

    email = models.EmailField(
        "e-mail address",
        unique=True,
        help_text="Used to sign in and for every message from the portal.",
        error_messages={"unique": "Somebody already signs in with this e-mail address."},
    )
    name = models.CharField(max_length=150, help_text="Shown beside their updates. A role name will do.")
    job_title = models.CharField(max_length=150, blank=True)
    partner = models.ForeignKey(
        Partner,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        help_text="The organisation they answer for.",
    )
    is_staff = models.BooleanField("administrator", default=False, help_text="May open these administration pages.")
    is_active = models.BooleanField(
        "active", default=True, help_text="Untick when somebody leaves. Never delete a person: their updates stay."
    )
    date_joined = models.DateTimeField("added at", default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()
    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        ordering = ["name", "email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message="Somebody already signs in with this e-mail address.",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A sign-in, which only stamps `last_login`, is not a change that the history keeps."""
        if set(kwargs.get("update_fields") or ()) != {"last_login"}:
            super().save(*args, **kwargs)
            return
        self.skip_history_when_saving = True
        try:
            super().save(*args, **kwargs)
        finally:
            del self.skip_history_when_saving

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Rights of the domain come from roles alone: being a superuser opens administration, not the Partnership's work."""
        if rules.perm_exists(perm):
            return self.is_active and rules.has_perm(perm, self, obj)
        return super().has_perm(perm, obj)

    @cached_property
    def role_names(self) -> frozenset[str]:
        """Names of the groups this person is in; read once an instance."""
        return frozenset(self.groups.values_list("name", flat=True)) if self.pk else frozenset()

    @property
    def is_officer(self) -> bool:
        return roles.PARTNER_OFFICER in self.role_names

    @property
    def is_coordinator(self) -> bool:
        return roles.COORDINATOR in self.role_names

    @property
    def is_analyst(self) -> bool:
        return roles.ANALYST in self.role_names

    @property
    def is_chair(self) -> bool:
        return roles.CHAIR in self.role_names

    @property
    def is_reader(self) -> bool:
        return roles.READER in self.role_names

    def stand_in(self, today: dt.date) -> None:
        """Let this person stand in on `today` for those they cover. Pages do it at the door; by default nobody does."""
        self._stands_in_on: dt.date | None = today
        self.__dict__.pop("_covered", None)

    @cached_property
    def _covered(self) -> list[tuple[int, bool, int | None, str | None]]:
        """Person, whether they are active, their partner and one of their roles, for everybody this one stands in for.

        Read once, when first asked for; nobody unless `stand_in` said so. Most stand in for nobody, and are asked just that.
        """
        today = getattr(self, "_stands_in_on", None)
        if today is None:
            return []
        covers = Cover.objects.on(today).filter(covered_by=self).order_by()
        if not covers.exists():
            return []
        return list(covers.values_list("person", "person__is_active", "person__partner", "person__groups__name"))

    @property
    def covering(self) -> frozenset[int]:
        """Keys of the people this one stands in for."""
        return frozenset(person for person, *_ in self._covered)

    @property
    def covers_coordinator(self) -> bool:
        """Whether this person stands in for a coordinator, and may do the work to do so."""
        roles_covered = {role for _, is_active, _, role in self._covered if is_active}
        return self.sees_the_work and roles.COORDINATOR in roles_covered

    @property
    def chairs_covered(self) -> frozenset[int]:
        """Keys of the chairs this person stands in for, if they may do the work: the vice-chair while the chair is away."""
        if not self.sees_the_work:
            return frozenset()
        return frozenset(person for person, is_active, _, role in self._covered if is_active and role == roles.CHAIR)

    @property
    def covers_chair(self) -> bool:
        return bool(self.chairs_covered)

    @property
    def officer_of(self) -> frozenset[int]:
        """Keys of the partners this person speaks for as an officer: their own, and those of officers they stand in for."""
        if not self.sees_the_work:
            return frozenset()
        own = (self.partner_id, True, roles.PARTNER_OFFICER if self.is_officer else None)
        held = [own, *((partner, is_active, role) for _, is_active, partner, role in self._covered)]
        return frozenset(pk for pk, is_active, role in held if pk and is_active and role == roles.PARTNER_OFFICER)

    @property
    def stands_for(self) -> frozenset[int]:
        """Keys of the people this person may answer as: themselves, and those they cover."""
        return self.covering | {self.pk}

    @property
    def sees_the_work(self) -> bool:
        """True for those who see actions and figures; readers and bare administrators do not."""
        return bool(self.role_names & roles.SEES_THE_WORK)

    @property
    def is_at_work(self) -> bool:
        """Can sign in and does the work: whoever is not answers for no action (the twin of `UserManager.at_work`)."""
        return self.is_active and self.sees_the_work

    @property
    def gone(self) -> str:
        """Why this person answers for nothing any more, as a half sentence after their name; "" for somebody at work."""
        if not self.is_active:
            return "has left"
        return "" if self.sees_the_work else "has no working role any more"


class CoverQuerySet(models.QuerySet["Cover"]):
    def on(self, day: dt.date) -> CoverQuerySet:
        """Cover in force on `day`, its last day included."""
        return self.filter(starts_on__lte=day, ends_on__gte=day)

    def stood_in_by(self, user: User, day: dt.date) -> dict[int, Cover]:
        """For whom this person stands in on `day`, by the key of who is away; asks nothing for most, who stand in for nobody."""
        if not user.covering:
            return {}
        return {row.person_id: row for row in self.on(day).filter(covered_by=user).select_related("person")}


class Cover(models.Model):
    """Somebody stands in for somebody else, between two dates."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", help_text="Who is away.")
    covered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", help_text="Who stands in.")
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="The last day.")
    note = models.CharField(max_length=250, blank=True)

    objects = CoverQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "cover"
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                name="cover_dates_in_order",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="The last day cannot come before the first.",
            ),
            models.CheckConstraint(
                name="cover_by_another",
                condition=~Q(person=F("covered_by")),
                violation_error_message="Nobody stands in for themselves.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.covered_by} for {self.person}"


class EmailChoice(models.Model):
    """An optional kind of e-mail that a person does not want. What has no row is sent."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)

    class Meta:
        ordering = ["user", "kind"]
        constraints = [models.UniqueConstraint(name="email_choice_once", fields=["user", "kind"])]

    def __str__(self) -> str:
        return f"{self.user}: not {self.kind}"


class OutgoingEmailQuerySet(models.QuerySet["OutgoingEmail"]):
    def ready(self, now: dt.datetime) -> OutgoingEmailQuerySet:
        """Rows to send now: pending and not put off, or left behind by a sender whose lease ran out."""
        return self.filter(
            Q(state="pending") & (Q(not_before__isnull=True) | Q(not_before__lte=now))
            | Q(state="sending", lease_until__lt=now)
        ).order_by("pk")


class OutgoingEmail(models.Model):
    """One message owed to one person, written in the transaction that causes it and sent by a task."""

    class State(models.TextChoices):
        PENDING = "pending", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Not delivered"
        DROPPED = "dropped", "Not sent: out of date"

    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40, help_text="What the message is about, for example report-with-chair.")
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    dedupe_key = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    by_hand = models.BooleanField(
        "sent again by hand", default=False, help_text="Goes out as it stands, however old its words are."
    )

    objects = OutgoingEmailQuerySet.as_manager()

    class Meta:
        verbose_name = "outgoing e-mail"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="email_state_known", condition=Q(state__in=["pending", "sending", "sent", "failed", "dropped"])
            ),
            models.CheckConstraint(
                name="email_sent_has_time",
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent"),
            ),
        ]
        indexes = [models.Index(name="email_by_state", fields=["state", "id"])]

    def __str__(self) -> str:
        return self.subject
