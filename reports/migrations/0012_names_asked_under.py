from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0011_every_file_ever_made"),
    ]

    operations = [
        migrations.AddField(
            model_name="factcheck",
            name="asked_as",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="By a partner's key the names under which the draft speaks of it, whatever it is called since.",
            ),
        ),
    ]
