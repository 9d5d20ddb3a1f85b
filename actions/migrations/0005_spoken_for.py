"""Whose words an update holds, settled when it is sent: restricted words must not follow their author to a new employer."""

import django.db.models.deletion
from django.db import migrations, models


def settle(apps, schema_editor):
    """The partner it was entered on behalf of, else the author's own at the time, as far as the history of people tells."""
    update = apps.get_model("actions", "ProgressUpdate")
    history = apps.get_model("partners", "HistoricalUser")
    user = apps.get_model("partners", "User")
    update.objects.filter(on_behalf_of__isnull=False).update(spoken_for=models.F("on_behalf_of"))
    own = update.objects.filter(on_behalf_of__isnull=True)
    partner_now = dict(user.objects.filter(pk__in=own.order_by().values("by")).values_list("pk", "partner"))
    for person, now in partner_now.items():
        was = list(history.objects.filter(id=person).order_by("history_date").values_list("history_date", "partner"))
        # Before the first entry of the history stands what that entry says; without any, what is so today.
        own.filter(by=person).update(spoken_for=was[0][1] if was else now)
        for since, partner in was[1:]:
            own.filter(by=person, submitted_at__gte=since).update(spoken_for=partner)
    # Now rather than at the end: PostgreSQL makes no index on a table with checks still to come.
    schema_editor.connection.check_constraints()


class Migration(migrations.Migration):
    dependencies = [
        ("actions", "0004_full_text"),
        ("partners", "0003_cover_and_email_choices"),
    ]

    operations = [
        migrations.AddField(
            model_name="progressupdate",
            name="spoken_for",
            field=models.ForeignKey(
                blank=True,
                help_text="The organisation whose words these are, as it was when they were sent; empty for somebody of none.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.partner",
            ),
        ),
        migrations.RunPython(settle, migrations.RunPython.noop, elidable=True),
    ]
