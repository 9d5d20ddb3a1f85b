"""Help that was asked for can be taken back by who asked."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("actions", "0006_notices_about"),
        ("partners", "0004_emails_out_of_date"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="helpreply",
            name="help_reply_answer_known",
        ),
        migrations.RemoveConstraint(
            model_name="notice",
            name="notice_kind_known",
        ),
        migrations.AlterField(
            model_name="helpreply",
            name="answer",
            field=models.CharField(
                choices=[
                    ("will", "We will help"),
                    ("cannot", "We cannot help"),
                    ("done", "Done"),
                    ("taken_back", "No longer needed"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("help_asked", "Help asked of your organisation"),
                    ("help_answered", "Your request for help was answered"),
                    ("help_taken_back", "Help is no longer needed"),
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
        migrations.AddConstraint(
            model_name="helpreply",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer__in", ["will", "cannot", "done", "taken_back"])),
                name="help_reply_answer_known",
            ),
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
                            "help_taken_back",
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
