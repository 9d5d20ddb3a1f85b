import hashlib

from django.db import migrations, models


def seal_html(apps, schema_editor):
    """Of files made before: what is kept of them now is what is held on to."""
    files = apps.get_model("reports", "Rendition").objects.exclude(html="").only("html")
    for file in files.iterator(chunk_size=20):
        file.html_sha256 = hashlib.sha256(file.html.encode()).hexdigest()
        file.save(update_fields=["html_sha256"])


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0007_asks_and_handovers_of_matters"),
    ]

    operations = [
        migrations.AddField(
            model_name="matterarising",
            name="restricted",
            field=models.BooleanField(
                default=False, help_text="For those at work alone: neither it nor its answer is in a public version."
            ),
        ),
        migrations.AddField(
            model_name="publicrelease",
            name="html",
            field=models.TextField(
                blank=True,
                help_text="The page looked at, as it is shown since. Empty for releases from before it was kept.",
            ),
        ),
        migrations.AddField(
            model_name="publicrelease",
            name="html_sha256",
            field=models.CharField(blank=True, max_length=64, verbose_name="SHA-256 of the page looked at"),
        ),
        migrations.AddField(
            model_name="rendition",
            name="html_sha256",
            field=models.CharField(blank=True, max_length=64, verbose_name="SHA-256 of the HTML"),
        ),
        migrations.AddField(
            model_name="reportversion",
            name="checked_at",
            field=models.DateTimeField(
                blank=True, help_text="When the facts were last held against their seal.", null=True
            ),
        ),
        migrations.AddField(
            model_name="reportversion",
            name="fault",
            field=models.TextField(blank=True, help_text="What that check found wrong. Empty: nothing."),
        ),
        migrations.RunPython(seal_html, migrations.RunPython.noop),
    ]
