"""The administration pages as a whole: their name, the order of their parts, their one way in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model

#: From who takes part to what is told: the order of the house. Other packages' rows have no page here: groups are
#: roles, which the code knows by name, and allauth's addresses follow the people.
ROOMS = ("partners", "priorities", "performance", "actions", "reports")


class PortalAdminSite(admin.AdminSite):
    site_header = "Community safety portal administration"
    site_title = "Portal administration"
    index_title = "What the portal works with"
    empty_value_display = "–"

    def register(
        self, model_or_iterable: type[Model] | Iterable[type[Model]], admin_class: Any = None, **options: Any
    ) -> None:
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        ours = [model for model in models if model._meta.app_label in ROOMS]
        super().register(ours, admin_class, **options)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        parts = super().get_app_list(request, app_label)
        # Within a part, the order in which its admin module registers: what is changed most comes first.
        places = {model._meta.object_name: place for place, model in enumerate(self._registry)}
        for part in parts:
            part["models"].sort(key=lambda row: places[row["object_name"]])
        return sorted(parts, key=lambda part: ROOMS.index(part["app_label"]))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "is_demonstration": settings.DEMO}

    def password_change(  # type: ignore[override]  # Django types its own template; a redirect serves as well
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One page for it, with allauth's limits."""
        return redirect("account_change_password")

    def password_change_done(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")


class PortalAdminConfig(AdminConfig):
    default_site = "shp_portal.administration.PortalAdminSite"
