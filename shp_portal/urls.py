"""Where every address leads. Rooms bring their own urls.py; pages that draw on several rooms stand in pages/."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
]
