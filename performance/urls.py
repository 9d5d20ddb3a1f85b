"""Pages of how the town is doing. Each group of pages has its own first word."""

from django.urls import path

from performance.views import indicator

app_name = "performance"

urlpatterns = [
    path("indicators/<slug:code>/commentary/", indicator.write_commentary, name="write-commentary"),
    path("indicators/<slug:code>/remark/", indicator.annotate, name="annotate"),
    path("indicators/<slug:code>/range/", indicator.set_baseline, name="set-baseline"),
]
