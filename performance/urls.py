"""Pages of how the town is doing. Each group of pages has its own first word."""

from django.urls import URLPattern

app_name = "performance"

urlpatterns: list[URLPattern] = []
