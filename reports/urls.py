from django.urls import path, register_converter

from reports.timetable import KINDS
from reports.views import (
    asking,
    check,
    compare,
    fact_check,
    meeting,
    on_request,
    published,
    release,
    schedule,
    sending,
    shelf,
    texts,
    verbs,
    version,
)


class KindConverter:
    """A kind of report as addresses write it: six-monthly."""

    regex = "|".join(kind.replace("_", "-") for kind in KINDS)

    def to_python(self, value: str) -> str:
        return value.replace("-", "_")

    def to_url(self, value: str) -> str:
        return value.replace("_", "-")


class StageConverter:
    regex = "draft|final"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(KindConverter, "report_kind")
register_converter(StageConverter, "stage")

app_name = "reports"

urlpatterns = [
    path("reports/", shelf.list_reports, name="list"),
    path("reports/compare/", compare.compare_versions, name="compare"),
    path("reports/make/action-plan/", on_request.make_action_plan, name="make-action-plan"),
    path("reports/make/plan/", on_request.make_plan, name="make-plan"),
    path("reports/<int:pk>/", shelf.show_report, name="report"),
    path("reports/<int:pk>/new-version/", verbs.make_new_version, name="new-version"),
    path("reports/<int:pk>/v<int:number>/", version.show_version, name="version"),
    path("reports/<int:pk>/v<int:number>/public/", release.show_public, name="public"),
    path("reports/<int:pk>/v<int:number>/public.pdf", release.send_public_pdf, name="public-pdf"),
    path("reports/<int:pk>/v<int:number>/public/prepare/", release.prepare_public, name="prepare-public"),
    path(
        "reports/<int:pk>/v<int:number>/public/lay-out-again/",
        release.lay_out_public_again,
        name="lay-out-public-again",
    ),
    path("reports/<int:pk>/v<int:number>/public/release/", release.release_public, name="release"),
    path("reports/<int:pk>/v<int:number>/public/withdraw/", release.withdraw_public, name="withdraw"),
    path("reports/<int:pk>/v<int:number>/<stage:stage>.pdf", version.send_pdf, name="pdf"),
    path("reports/<int:pk>/v<int:number>/<stage:stage>/try-again/", verbs.lay_out_again, name="lay-out-again"),
    path("reports/<int:pk>/v<int:number>/fact-check/", fact_check.show_fact_check, name="fact-check"),
    path("reports/<int:pk>/v<int:number>/fact-check/open/", fact_check.open_check, name="open-fact-check"),
    path("reports/<int:pk>/v<int:number>/fact-check/close/", fact_check.close_check, name="close-fact-check"),
    path("reports/<int:pk>/v<int:number>/fact-check/of/<slug:code>/", fact_check.show_part, name="fact-check-part"),
    path(
        "reports/<int:pk>/v<int:number>/fact-check/answers/<int:answer>/", fact_check.settle, name="settle-fact-check"
    ),
    path("reports/<int:pk>/v<int:number>/send-to-chair/", verbs.send_to_chair, name="send-to-chair"),
    path("reports/<int:pk>/v<int:number>/approve/", verbs.approve, name="approve"),
    path("reports/<int:pk>/v<int:number>/return/", verbs.return_to_coordinator, name="return"),
    path("reports/<int:pk>/v<int:number>/record-decision/", verbs.record_decision, name="record-decision"),
    path("reports/<int:pk>/v<int:number>/prepare/", verbs.prepare, name="prepare"),
    path("reports/<int:pk>/v<int:number>/publish/", verbs.publish, name="publish"),
    path("reports/<int:pk>/v<int:number>/outcomes/", meeting.record_outcomes, name="outcomes"),
    path("reports/<int:pk>/matters/raise/", meeting.raise_matter, name="raise-matter"),
    path("matters/", meeting.list_matters, name="matters"),
    path("matters/<int:pk>/", meeting.show_matter, name="matter"),
    path("matters/<int:pk>/restrict/", meeting.restrict_matter, name="restrict-matter"),
    path("matters/<int:pk>/reassign/", meeting.reassign_matter, name="reassign-matter"),
    path("reports/<int:pk>/v<int:number>/send/", sending.send_to_lists, name="send-to-lists"),
    path("check/", check.check, name="check"),
    path("published/", published.list_published, name="published-list"),
    path("published/<int:pk>/", published.show_newest, name="published-report"),
    path("published/<int:pk>/v<int:number>/", published.show_published, name="published"),
    path("published/<int:pk>/v<int:number>.pdf", published.send_published_pdf, name="published-pdf"),
    path("schedule/", schedule.show_schedule, name="schedule"),
    path("schedule/<int:plan_pk>/<report_kind:kind>/<str:code>/run-now/", schedule.run_now, name="run-now"),
    path(
        "schedule/<int:plan_pk>/<report_kind:kind>/<str:code>/not-produced/",
        schedule.mark_not_produced,
        name="not-produced",
    ),
    path(
        "schedule/<int:plan_pk>/<report_kind:kind>/<str:code>/produce-after-all/",
        schedule.produce_after_all,
        name="produce-after-all",
    ),
    path("schedule/texts/preview/", texts.preview_text, name="texts-preview"),
    path("schedule/<int:plan_pk>/<report_kind:kind>/<str:code>/texts/", texts.show_texts, name="texts"),
    path(
        "schedule/<int:plan_pk>/<report_kind:kind>/<str:code>/texts/<str:section>/",
        texts.write_text,
        name="write-text",
    ),
    path("schedule/recommendations/preview/", asking.preview_recommendation, name="recommendation-preview"),
    path(
        "schedule/<int:plan_pk>/<report_kind:kind>/<str:code>/recommendations/<str:key>/",
        asking.write_recommendation,
        name="write-recommendation",
    ),
]
