import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0004_emails_out_of_date"),
        ("performance", "0005_where_figures_come_from"),
    ]

    operations = [
        migrations.AddField(
            model_name="figurereminder",
            name="due_on",
            field=models.DateField(
                blank=True, help_text="The due day it reminded of. Empty: nudged by hand.", null=True
            ),
        ),
        migrations.AddField(
            model_name="figurereminder",
            name="email",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.outgoingemail",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="figurereminder",
            name="figure_reminder_stage_once",
        ),
        migrations.AddConstraint(
            model_name="figurereminder",
            constraint=models.UniqueConstraint(
                condition=models.Q(("stage", "nudged"), _negated=True),
                fields=("indicator", "period_kind", "period_start", "owed", "stage", "due_on", "person"),
                name="figure_reminder_stage_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="figurereminder",
            constraint=models.CheckConstraint(
                condition=models.Q(("stage", "nudged"), ("due_on__isnull", False), _connector="OR"),
                name="figure_reminder_stage_has_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="figurereminder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stage", "nudged"), _negated=True), ("by__isnull", False), _connector="OR"
                ),
                name="figure_reminder_nudge_has_hand",
            ),
        ),
    ]
