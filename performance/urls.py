"""Pages of how the town is doing. Each group of pages has its own first word."""

from django.urls import path

from performance.views import assessment, averages, consultation, enter, indicator, issues, missing, places, uploads

app_name = "performance"

urlpatterns = [
    path("consultation/", consultation.consultation, name="consultation"),
    path("assessments/<int:pk>/adopt/", assessment.adopt, name="adopt-assessment"),
    path("assessments/recommendations/<int:pk>/", assessment.decide, name="decide-recommendation"),
    path("indicators/<slug:code>/commentary/", indicator.write_commentary, name="write-commentary"),
    path("indicators/<slug:code>/remark/", indicator.annotate, name="annotate"),
    path("indicators/<slug:code>/averages/", indicator.give_average, name="give-average"),
    path("indicators/<slug:code>/range/", indicator.set_baseline, name="set-baseline"),
    path("issues/", issues.show_list, name="issues"),
    path("issues/list.csv", issues.export, name="export-issues"),
    path("issues/raise/", issues.raise_issue, name="raise-issue"),
    path("performance/figures/", enter.enter, name="enter"),
    path("performance/figures/<int:pk>/correct/", enter.correct, name="correct"),
    path("performance/averages/<int:pk>/correct/", averages.correct_average, name="correct-average"),
    path("performance/missing/", missing.missing, name="missing"),
    path("performance/missing/remind/", missing.nudge, name="nudge"),
    path("performance/similar-areas/<int:pk>/priorities/", places.place_crime_types, name="place-crime-types"),
    path("performance/uploads/", uploads.show_list, name="uploads"),
    path("performance/uploads/new/<slug:kind>/", uploads.send, name="upload"),
    path("performance/uploads/template.csv", uploads.template, name="upload-template"),
    path("performance/uploads/<int:pk>/", uploads.show, name="show-upload"),
    path("performance/uploads/<int:pk>/columns/", uploads.name_columns, name="upload-columns"),
    path("performance/uploads/<int:pk>/store/", uploads.store, name="store-upload"),
    path("performance/uploads/<int:pk>/drop/", uploads.drop, name="drop-upload"),
    path("performance/uploads/<int:pk>/again/", uploads.check_again, name="check-upload-again"),
    path("performance/uploads/<int:pk>/findings.csv", uploads.findings, name="upload-findings"),
]
