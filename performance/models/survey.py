"""What residents said."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from priorities.models import Plan, Priority


class Survey(models.Model):
    """A community safety survey (plan, section 6)."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=150)
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    responses = models.PositiveIntegerField(
        null=True, blank=True, help_text="How many people answered. Empty: not stated."
    )
    upload = models.ForeignKey(
        "performance.Upload",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text="The file its results came in. Empty: typed.",
    )
    query = models.TextField(blank=True)
    source = models.CharField(max_length=150, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(name="survey_once_a_year", fields=["plan", "year"])]

    def __str__(self) -> str:
        return self.title


class SurveyFinding(models.Model):
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="findings")
    topic = models.CharField(max_length=100)
    text = models.TextField()
    position = models.PositiveSmallIntegerField("order")

    history = HistoricalRecords()

    class Meta:
        ordering = ["survey", "position"]
        constraints = [models.UniqueConstraint(name="survey_finding_position_unique", fields=["survey", "position"])]

    def __str__(self) -> str:
        return self.text


class SurveyQuestion(models.Model):
    """A question as it was asked. Results of one question are compared over the years by its `code`."""

    class About(models.TextChoices):
        SUPPORT = "support", "Support for a priority"
        UNSAFE = "unsafe", "What makes people feel unsafe"
        OTHER = "other", "Something else"

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="questions")
    code = models.SlugField("short code", max_length=30, help_text="The same for the same question in every year.")
    text = models.TextField("question")
    about = models.CharField(max_length=10, choices=About.choices, default=About.OTHER)
    priority = models.ForeignKey(
        Priority, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Whose support is asked."
    )
    base = models.PositiveIntegerField("people who answered", null=True, blank=True, help_text="Empty: not stated.")
    position = models.PositiveSmallIntegerField("order")

    history = HistoricalRecords()

    class Meta:
        ordering = ["survey", "position"]
        constraints = [
            models.UniqueConstraint(name="survey_question_position_unique", fields=["survey", "position"]),
            models.UniqueConstraint(name="survey_question_code_unique", fields=["survey", "code"]),
            models.CheckConstraint(
                name="survey_question_about_known", condition=Q(about__in=["support", "unsafe", "other"])
            ),
        ]

    def __str__(self) -> str:
        return self.text


class SurveyResult(models.Model):
    """How many gave one answer: a count, a percentage, or both, as reported."""

    question = models.ForeignKey(SurveyQuestion, on_delete=models.CASCADE, related_name="results")
    answer = models.CharField(max_length=200)
    count = models.PositiveIntegerField(null=True, blank=True)
    percent = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    position = models.PositiveSmallIntegerField("order")

    history = HistoricalRecords()

    class Meta:
        ordering = ["question", "position"]
        constraints = [
            models.UniqueConstraint(name="survey_result_position_unique", fields=["question", "position"]),
            models.UniqueConstraint(name="survey_result_answer_unique", fields=["question", "answer"]),
            models.CheckConstraint(
                name="survey_result_says_something",
                condition=Q(count__isnull=False) | Q(percent__isnull=False),
                violation_error_message="Give a number, a percentage, or both.",
            ),
            models.CheckConstraint(
                name="survey_result_percent_in_range",
                condition=Q(percent__isnull=True) | Q(percent__gte=0, percent__lte=100),
                violation_error_message="A percentage lies between 0 and 100.",
            ),
        ]

    def __str__(self) -> str:
        return self.answer
