"""Notices say what they are about, so that none goes out that is no news any more; they have room for a whole handover note."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("actions", "0005_spoken_for"),
        ("partners", "0004_emails_out_of_date"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="notice",
            name="notice_kind_known",
        ),
        migrations.AddField(
            model_name="notice",
            name="actions",
            field=models.ManyToManyField(blank=True, related_name="+", to="actions.action"),
        ),
        migrations.AddField(
            model_name="notice",
            name="proposal",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="actions.proposal",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="update",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="actions.progressupdate",
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("help_asked", "Help asked of your organisation"),
                    ("help_answered", "Your request for help was answered"),
                    ("proposal", "A new initiative waits for you"),
                    ("proposal_decided", "Your proposal was decided"),
                    ("handover", "Actions handed over to you"),
                    ("handed_on", "Actions handed over to somebody else"),
                    ("reopened", "Your action is open again"),
                    ("also_updated", "Somebody else updated your action"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="text",
            field=models.CharField(max_length=1600),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "help_asked",
                            "help_answered",
                            "proposal",
                            "proposal_decided",
                            "handover",
                            "handed_on",
                            "reopened",
                            "also_updated",
                        ],
                    )
                ),
                name="notice_kind_known",
            ),
        ),
    ]
