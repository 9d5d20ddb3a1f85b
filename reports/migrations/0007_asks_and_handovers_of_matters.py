import json

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def count_recommendations(apps, schema_editor):
    """Of versions made before, by their sealed text; one that cannot be read asks for nothing that could be recorded."""
    for version in apps.get_model("reports", "ReportVersion").objects.only("snapshot").iterator(chunk_size=20):
        try:
            asks = len(json.loads(version.snapshot)["document"].get("recommendations", []))
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
        version.asks = asks
        version.save(update_fields=["asks"])


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0006_public_releases"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="reportversion",
            name="asks",
            field=models.PositiveSmallIntegerField(default=0, help_text="How many recommendations it makes."),
        ),
        migrations.RunPython(count_recommendations, migrations.RunPython.noop),
        migrations.CreateModel(
            name="MatterHandover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField(help_text="What the next owner needs to know.")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handovers",
                        to="reports.matterarising",
                    ),
                ),
                (
                    "new",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "old",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "handover of a matter",
                "verbose_name_plural": "handovers of matters",
                "ordering": ["matter", "pk"],
            },
        ),
    ]
