"""Addresses of the pages that draw on several rooms."""

from django.urls import path

from shp_portal.pages import (
    assessment,
    board,
    duties,
    having_regard,
    home,
    indicator,
    issue,
    meeting,
    outbox,
    partner,
    performance,
    plan,
    printed_figures,
    priority,
    reoffending,
    search,
    session,
    similar_areas,
    sub_group,
)

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("plan/", plan.plan, name="plan"),
    path("plan/calendar/", duties.calendar, name="duties"),
    path("plan/calendar/<slug:code>/<int:year>/", duties.tick_off, name="tick-off-duty"),
    path("plan/calendar/<slug:code>/<int:year>/take-back/", duties.take_back, name="take-back-duty"),
    path("having-regard/", having_regard.having_regard, name="having-regard"),
    path("assessments/", assessment.assessments, name="assessments"),
    path("assessments/<int:pk>/", assessment.assessment, name="assessment"),
    path("priorities/<slug:code>/", priority.priority, name="priority"),
    path("sub-groups/<slug:code>/", sub_group.sub_group, name="sub-group"),
    path("sub-groups/<slug:code>/meeting/", meeting.meeting_sheet, name="meeting-sheet"),
    path("partners/<slug:code>/", partner.partner, name="partner"),
    path("performance/", performance.performance, name="performance"),
    path("performance/list.<slug:form>", performance.export, name="export-performance"),
    path("performance/similar-areas/", similar_areas.similar_areas, name="similar-areas"),
    path("plan/figures/", printed_figures.printed_figures, name="printed-figures"),
    path("indicators/<slug:code>/", indicator.indicator, name="indicator"),
    path("indicators/<slug:code>/series.<slug:form>", indicator.series, name="export-indicator"),
    path("issues/<int:pk>/", issue.issue, name="issue"),
    path("search/", search.search, name="search"),
    path("board/", board.board, name="board"),
    path("board/nudge/", board.nudge, name="nudge"),
    path("board/close/", board.close_round, name="close-round"),
    path("board/reassign/", board.reassign, name="reassign"),
    path("session/", session.stay_signed_in, name="stay-signed-in"),
    path("board/emails/", outbox.show_outbox, name="outbox"),
    path("board/emails/<int:pk>/send-again/", outbox.send_again, name="send-again"),
    path("re-offending/", reoffending.reoffending, name="reoffending"),
]
