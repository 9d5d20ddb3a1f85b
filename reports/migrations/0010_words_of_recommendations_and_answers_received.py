import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0004_emails_out_of_date"),
        ("priorities", "0005_fact_check_and_public_shelf"),
        ("reports", "0009_who_said_it_and_in_spite_of_what"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RecommendationWords",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        help_text="Which one: the action it is about, “silent”, “rest”, or “own-1” for one of our own.",
                        max_length=60,
                    ),
                ),
                (
                    "choice",
                    models.CharField(
                        choices=[
                            ("worked_out", "As the portal words it"),
                            ("worded", "In our own words"),
                            ("left_out", "Leave it out"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "text",
                    models.TextField(
                        blank=True, help_text="Our own words, as they go on after “That the Partnership”."
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="by when")),
                ("reason", models.TextField(blank=True, help_text="Why it is left out.")),
                ("instead_of", models.TextField(blank=True, help_text="What the portal had worked out then.")),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "words of a recommendation",
                "verbose_name_plural": "words of recommendations",
                "ordering": ["report", "key", "pk"],
            },
        ),
        migrations.AddField(
            model_name="matterarising",
            name="received_how",
            field=models.CharField(
                blank=True,
                choices=[
                    ("letter", "By letter"),
                    ("email", "By e-mail"),
                    ("meeting", "At a meeting"),
                    ("spoken", "By telephone or in conversation"),
                ],
                default="",
                help_text="How the answer came, where somebody else recorded it for whoever answered. Empty: it was typed here.",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="matterarising",
            name="received_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="matterarising",
            name="recorded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="matterarising",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("received_how", ""), ("received_on__isnull", True), ("recorded_by__isnull", True)),
                    models.Q(
                        ("answered_at__isnull", False),
                        ("received_how__in", ["letter", "email", "meeting", "spoken"]),
                        ("received_on__isnull", False),
                        ("recorded_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="matter_received_says_how",
            ),
        ),
        migrations.AddField(
            model_name="recommendationwords",
            name="asked_of",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.partner",
                verbose_name="who is asked",
            ),
        ),
        migrations.AddField(
            model_name="recommendationwords",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="recommendationwords",
            name="report",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="asked", to="reports.report"
            ),
        ),
        migrations.AddConstraint(
            model_name="recommendationwords",
            constraint=models.CheckConstraint(
                condition=models.Q(("choice__in", ["worked_out", "worded", "left_out"])),
                name="recommendation_choice_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="recommendationwords",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("choice", "worded"), _negated=True),
                    models.Q(("text", ""), _negated=True),
                    _connector="OR",
                ),
                name="recommendation_worded_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="recommendationwords",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("choice", "left_out"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="recommendation_left_out_says_why",
            ),
        ),
    ]
