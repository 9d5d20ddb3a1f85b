"""Where every address leads. Rooms bring their own urls.py; pages that draw on several rooms stand in pages/."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from shp_portal import health

# One way in: the admin's own form knows neither rate limits nor, later, second factors.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("shp_portal.pages.urls")),
    path("actions/", include("actions.urls")),
    path("", include("performance.urls")),  # /performance/, /assessments/, /consultation/ and /issues/
    path("", include("reports.urls")),  # /reports/ and /schedule/
    path("accounts/", include("partners.urls")),
    path("admin/", admin.site.urls),
]
