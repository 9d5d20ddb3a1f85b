"""A message that waited too long is dropped, and said to be; one the coordinator sends again goes as it stands."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0003_cover_and_email_choices"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="outgoingemail",
            name="email_state_known",
        ),
        migrations.AddField(
            model_name="outgoingemail",
            name="by_hand",
            field=models.BooleanField(
                default=False,
                help_text="Goes out as it stands, however old its words are.",
                verbose_name="sent again by hand",
            ),
        ),
        migrations.AlterField(
            model_name="outgoingemail",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "Waiting"),
                    ("sending", "Being sent"),
                    ("sent", "Sent"),
                    ("failed", "Not delivered"),
                    ("dropped", "Not sent: out of date"),
                ],
                default="pending",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingemail",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["pending", "sending", "sent", "failed", "dropped"])),
                name="email_state_known",
            ),
        ),
    ]
