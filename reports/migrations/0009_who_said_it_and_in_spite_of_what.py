import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def copy_meetings(apps, schema_editor):
    """Of decisions taken before: the meeting as it is held to have been now, which is all that is known of it."""
    decisions = apps.get_model("reports", "Decision").objects.filter(meeting__isnull=False)
    for decision in decisions.select_related("meeting"):
        decision.meeting_on = decision.meeting.date
        decision.meeting_words = f"Partnership meeting, {decision.meeting.date:%-d %B %Y}"
        decision.save(update_fields=["meeting_on", "meeting_words"])


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0008_public_edition_kept"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="meeting_on",
            field=models.DateField(blank=True, help_text="Its day, as it was held to be then.", null=True),
        ),
        migrations.AddField(
            model_name="decision",
            name="meeting_words",
            field=models.CharField(blank=True, help_text="The meeting, as it was called then.", max_length=200),
        ),
        migrations.AddField(
            model_name="factcheck",
            name="closed_by",
            field=models.ForeignKey(
                blank=True,
                help_text="Who closed it before its day; empty for one that the clock closed, and for those from before it was kept.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="matterarising",
            name="later_because",
            field=models.TextField(
                blank=True, help_text="Why scrutiny is answered later than it is usually owed an answer."
            ),
        ),
        migrations.AddField(
            model_name="publicrelease",
            name="despite_hold",
            field=models.TextField(
                blank=True, help_text="Why it was put there while publishing was on hold; by whom is said beside it."
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="not_produced_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="report",
            name="not_produced_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="sending",
            name="despite_hold",
            field=models.TextField(
                blank=True, help_text="Why it was sent while publishing was on hold; by whom is said beside it."
            ),
        ),
        migrations.CreateModel(
            name="NotProducedTakenBack",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("was", models.TextField(help_text="Why it was not to be produced.")),
                ("was_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="taken_back", to="reports.report"
                    ),
                ),
                (
                    "was_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "“not produced” taken back",
                "verbose_name_plural": "“not produced” taken back",
                "ordering": ["report", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="taken_back_says_why"
                    )
                ],
            },
        ),
        migrations.RunPython(copy_meetings, migrations.RunPython.noop),
    ]
