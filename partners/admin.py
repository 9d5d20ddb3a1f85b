"""Administration of partners and people, and the two kinds of page that every room's administration is made of."""

from __future__ import annotations

import datetime as dt
import logging
import sys
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.db.models import DateField, Field, ForeignKey, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.text import Truncator
from simple_history.admin import SimpleHistoryAdmin
from simple_history.template_utils import HistoricalRecordContextHelper

from partners import roles, services
from partners.fields import check_words
from partners.models import Cover, EmailChoice, OutgoingEmail, Partner, User
from partners.ordering import InlineFormSet, PlacedForm
from partners.permissions import is_administrator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.admin.options import _FieldOpts, _FieldsetSpec


log = logging.getLogger(__name__)

AT_THE_SAME_MOMENT = (
    "Somebody else changed the same rows at the same moment, so nothing of yours was saved. "
    "Here they are as they stand now: make your change again."
)


def person_at_work(request: HttpRequest) -> User:
    """The administrator; the admin site lets nobody in who is not signed in."""
    if not isinstance(request.user, User):
        raise PermissionDenied("Please sign in.")
    return request.user


class ForAdministrators:
    """Open to administrators, by the flag on the person and not by Django's table of permissions.

    Nothing is deleted unless a page says so: what others point at is given a last day instead.
    """

    deletable = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(is_administrator(request.user))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(is_administrator(request.user))

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(is_administrator(request.user))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(is_administrator(request.user))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.deletable and bool(is_administrator(request.user))


class OfferedFilters:
    """Lists that are narrowed by what stands beside them and by keys, and by nothing typed into the address.

    Django lets an address ask any column of the list's own table, so that hidden words and password hashes could be
    read letter by letter from which rows answer.
    """

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        page: Any = self
        offered = page.get_list_filter(request) if request else page.list_filter
        return lookup in self._keys() | self._days() | self._filters(offered)

    def _keys(self) -> set[str]:
        options = self.model._meta  # type: ignore[attr-defined]
        paths = {"pk", options.pk.name}
        for column in options.fields:
            if column.is_relation:
                paths |= {column.name, f"{column.name}__pk", f"{column.name}__{column.target_field.name}"}
        return paths | {f"{path}__exact" for path in paths}

    def _days(self) -> set[str]:
        day = self.date_hierarchy  # type: ignore[attr-defined]
        return {f"{day}__{part}" for part in ("year", "month", "day", "gte", "lt")} if day else set()

    def _filters(self, offered: Iterable[Any]) -> set[str]:
        """The parameters that Django's filters write into their links, by the kind of column."""
        found = set()
        for one in offered:
            if isinstance(one, type) and issubclass(one, admin.SimpleListFilter):
                found.add(str(one.parameter_name))
                continue
            path = one[0] if isinstance(one, (list, tuple)) else one
            column: Any = get_fields_from_path(self.model, path)[-1]  # type: ignore[attr-defined]
            exact = f"{path}__{column.target_field.name}__exact" if column.is_relation else f"{path}__exact"
            found |= {path, exact, f"{path}__isnull", f"{path}__isempty"}
            if isinstance(column, DateField):
                found |= {f"{path}__gte", f"{path}__lt"}
        return found


class WithPage:
    """Rows that have a page of their own, which the link “View on site” leads to."""

    def sees_page(self, user: User, obj: Any) -> bool:
        """Whether the row's own page would answer this person, so that no link leads to "not found"."""
        return user.sees_the_work

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        response = super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]
        if isinstance(response, TemplateResponse) and not self.sees_page(person_at_work(request), context["original"]):
            context["has_absolute_url"] = False
        return response


class SaysWhatIsMissing:
    """Names the box that was left empty, where Django says of each that “this field” is required.

    A box of words takes what the portal's own forms take: nothing that turns writing round, nothing that cannot be seen.
    """

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None and field.required:
            verb = "choose one" if isinstance(field, (forms.ChoiceField, forms.ModelChoiceField)) else "fill it in"
            field.error_messages["required"] = f"{field.label} is missing: {verb}."
        if isinstance(field, forms.CharField):
            field.validators.append(check_words)
        return field


class InFull(HistoricalRecordContextHelper):
    """A change with all of the old and the new words: whoever looks into the history wants what stood there."""

    def __init__(self, model: type[Model], record: Any) -> None:
        super().__init__(model, record, max_displayed_delta_change_chars=sys.maxsize)

    def prepare_delta_change_value(self, change: Any, value: Any) -> Any:
        """Dates as the rest of the pages write them, instead of 2026-11-03."""
        if isinstance(value, dt.datetime):
            value = timezone.localtime(value)
        if isinstance(value, dt.date):
            return localize(value)
        return super().prepare_delta_change_value(change, value)


class ReferenceAdmin(SaysWhatIsMissing, WithPage, OfferedFilters, ForAdministrators, SimpleHistoryAdmin):
    """Reference data: changed here, by hand, with every earlier state kept."""

    list_per_page = 50
    object_history_list_template = "admin/history_list.html"

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page, or what was sent to it judged anew when somebody else was quicker by the moment between look and save.

        Judged anew, what they changed is told beside its box and what was typed stays. Nothing of the first try is left.
        """
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            log.warning("Saved at the same moment as somebody else: %s", request.path, exc_info=True)
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            log.exception("Saved at the same moment as somebody else, twice: %s", request.path)
        self.message_user(request, AT_THE_SAME_MOMENT, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    def get_historical_record_context_helper(self, request: HttpRequest, historical_record: Any) -> InFull:
        return InFull(self.model, historical_record)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The plan, when there is but one to choose."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        for column in self.model._meta.fields:
            if column.name == "plan" and isinstance(column, ForeignKey):
                plan: Any = column.related_model
                plans = list(plan._default_manager.values_list("pk", flat=True)[:2])
                if len(plans) == 1:
                    initial.setdefault("plan", plans[0])
        return initial

    def revert_disabled(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Earlier states are read; going back is one more change, typed in the form."""
        return True


class OrderedAdmin(ReferenceAdmin):
    """Reference data in an order: a row put at another's place swaps with it."""

    form = PlacedForm

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        form.make_room()
        super().save_model(request, obj, form, change)
        if form.neighbour is not None:
            other = Truncator(form.neighbour).chars(60)
            self.message_user(request, f"“{other}” stood at this place: it now has number {form.left}.")


class ReferenceInline(SaysWhatIsMissing, ForAdministrators, admin.TabularInline):
    """Rows that stand and fall with the one they belong to."""

    formset = InlineFormSet
    deletable = True
    extra = 0
    show_change_link = False


class ReferenceStackedInline(SaysWhatIsMissing, ForAdministrators, admin.StackedInline):
    formset = InlineFormSet
    deletable = True
    extra = 0


class ReadOnlyAdmin(WithPage, OfferedFilters, ForAdministrators, admin.ModelAdmin):
    """What the portal's own pages and jobs write: to be read here, changed nowhere but there."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyInline(ForAdministrators, admin.TabularInline):
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class PersonForm(forms.ModelForm):
    """A person without a password field: they choose it themselves, by the link of an invitation."""

    groups = forms.ModelMultipleChoiceField(
        label="Roles",
        queryset=Group.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=(
            "Partner officers update the actions their partner leads, and need a partner. Coordinators update any action, "
            "send reports to the chair and publish them. Analysts read the work and its figures; they cannot enter "
            "figures here yet. The chair decides on reports. Readers see the plan and published reports."
        ),
    )
    send_invitation = forms.BooleanField(
        label="Send the invitation now",
        required=False,
        initial=True,
        help_text="An e-mail with a link to choose a password.",
    )

    class Meta:
        model = User
        fields = ("email", "name", "job_title", "partner", "groups", "is_staff")
        help_texts = {
            "job_title": (
                "Reports tell people by their job title and never by their name; without one they say only the role. "
                "For example: community safety officer."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["groups"].queryset = Group.objects.filter(name__in=roles.ALL)  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        given = self.cleaned_data
        # An unreadable choice of partner has its own sentence already.
        if "partner" in given and not given["partner"]:
            held = {group.name for group in given.get("groups") or ()}
            if roles.PARTNER_OFFICER in held:
                self.add_error("partner", services.PARTNER_WANTED)
        return cleaned


class RoleFilter(admin.RelatedOnlyFieldListFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "role"


@admin.register(User)
class PersonAdmin(ReferenceAdmin):
    form = PersonForm
    list_display = ("name", "email", "partner", "role_list", "is_active", "last_login")
    list_filter = ("is_active", "is_staff", ("groups", RoleFilter), "partner")
    list_select_related = ("partner",)
    search_fields = ("name", "email", "job_title", "partner__name", "partner__code")
    autocomplete_fields = ("partner",)
    ordering = ("name", "email")
    actions = ("send_invitations", "deactivate_people", "reactivate_people")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> _FieldsetSpec:
        who: tuple[None, _FieldOpts] = (None, {"fields": ("email", "name", "job_title", "partner")})
        may: tuple[str, _FieldOpts] = ("What they may do", {"fields": ("groups", "is_staff")})
        if obj is None:
            return (who, may, ("Invitation", {"fields": ("send_invitation",)}))
        return (who, may, ("Signing in", {"fields": ("may_sign_in", "has_password", "last_login", "date_joined")}))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return () if obj is None else ("may_sign_in", "has_password", "last_login", "date_joined")

    @admin.display(description="roles")
    def role_list(self, person: User) -> str:
        held = {group.name for group in person.groups.all()}
        names = [name for name in roles.ALL if name in held]
        return ", ".join([*names, "Administrator"] if person.is_staff else names)

    @admin.display(description="active", boolean=True)
    def may_sign_in(self, person: User) -> bool:
        return person.is_active

    @admin.display(description="has chosen a password", boolean=True)
    def has_password(self, person: User) -> bool:
        return person.has_usable_password()

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if obj is not None and obj.pk == request.user.pk and "is_staff" in form.base_fields:
            form.base_fields["is_staff"].disabled = True
            form.base_fields["is_staff"].help_text = "Another administrator can take this from you; you cannot."
        return form

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        wanted = [group.name for group in form.cleaned_data["groups"]]
        now = timezone.now()
        if not change:
            person = services.add_person(
                email=obj.email,
                name=obj.name,
                job_title=obj.job_title,
                partner=obj.partner,
                roles=wanted,
                administrator=obj.is_staff,
                by=person_at_work(request),
                at=now,
            )
            obj.__dict__.update(person.__dict__)
            return
        super().save_model(request, obj, form, change)
        services.confirm_address(person=obj)
        services.set_roles(person=obj, roles=wanted, by=person_at_work(request), at=now)

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        if request.POST.get("send_invitation"):
            self._invite(request, [obj])
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: User) -> HttpResponse:
        for button, verb in (
            ("_invite", self._invite),
            ("_deactivate", self._deactivate),
            ("_reactivate", self._reactivate),
        ):
            if button in request.POST:
                verb(request, [obj])
                return HttpResponseRedirect(request.path)
        return super().response_change(request, obj)

    @admin.action(description="Send an invitation to choose a password", permissions=["change"])
    def send_invitations(self, request: HttpRequest, people: QuerySet[User]) -> None:
        self._invite(request, people)

    @admin.action(description="Deactivate: they have left", permissions=["change"])
    def deactivate_people(self, request: HttpRequest, people: QuerySet[User]) -> None:
        self._deactivate(request, people)

    @admin.action(description="Make active again", permissions=["change"])
    def reactivate_people(self, request: HttpRequest, people: QuerySet[User]) -> None:
        self._reactivate(request, people)

    def _invite(self, request: HttpRequest, people: QuerySet[User] | list[User]) -> None:
        for person in people:
            try:
                services.invite(person=person, by=person_at_work(request))
            except ValidationError as error:
                self.message_user(request, " ".join(error.messages), messages.ERROR)
            except OSError as error:
                self.message_user(
                    request,
                    f"The invitation to {person.email} was not sent, since the mail server did not take it: {error}. "
                    "Try again from the list of people.",
                    messages.ERROR,
                )
            else:
                self.message_user(request, f"An invitation is on its way to {person.email}.")

    def _deactivate(self, request: HttpRequest, people: QuerySet[User] | list[User]) -> None:
        for person in people:
            try:
                services.deactivate(person=person, by=person_at_work(request), at=timezone.now())
            except ValidationError as error:
                self.message_user(request, " ".join(error.messages), messages.ERROR)
            else:
                self.message_user(request, f"{person} is no longer active and is signed out everywhere.")

    def _reactivate(self, request: HttpRequest, people: QuerySet[User] | list[User]) -> None:
        for person in people:
            services.reactivate(person=person, by=person_at_work(request), at=timezone.now())
            self.message_user(request, f"{person} is active. Send an invitation, so that they choose a new password.")


@admin.register(Partner)
class PartnerAdmin(ReferenceAdmin):
    list_display = ("name", "code", "kind", "joined_on", "left_on")
    list_filter = ("kind", ("left_on", admin.EmptyFieldListFilter))
    search_fields = ("name", "code", "former_names")
    fieldsets = (
        (None, {"fields": ("name", "code", "kind", "role")}),
        ("Membership", {"fields": ("joined_on", "left_on")}),
        ("Names and queries", {"fields": ("former_names", "note")}),
    )


@admin.register(Cover)
class CoverAdmin(ReadOnlyAdmin):
    """Named and ended on the portal's own page, by those concerned."""

    list_display = ("person", "covered_by", "starts_on", "ends_on", "note")
    list_select_related = ("person", "covered_by")
    search_fields = ("person__name", "covered_by__name")
    date_hierarchy = "starts_on"


@admin.register(OutgoingEmail)
class OutgoingEmailAdmin(ReadOnlyAdmin):
    """Messages of the portal's own, without their words, which are the work's. Sign-in e-mails are never stored."""

    list_display = ("subject", "recipient", "kind", "state", "attempts", "created_at", "sent_at")
    list_filter = ("state", "kind")
    list_select_related = ("recipient",)
    search_fields = ("subject", "recipient__name", "recipient__email")
    date_hierarchy = "created_at"
    fields = (
        "subject",
        "recipient",
        "kind",
        "state",
        "attempts",
        "last_error",
        "created_at",
        "not_before",
        "sent_at",
    )


@admin.register(EmailChoice)
class EmailChoiceAdmin(ReadOnlyAdmin):
    """Optional e-mails somebody does not want; everybody chooses their own."""

    list_display = ("user", "kind")
    list_filter = ("kind",)
    list_select_related = ("user",)
    search_fields = ("user__name", "user__email")
