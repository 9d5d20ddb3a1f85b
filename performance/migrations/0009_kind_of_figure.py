"""What an indicator's figures are stands in a field. Those that are there are given what their units sound like."""

import re

from django.db import migrations, models

CHOICES = [
    ("count", "Count of events: quarters add up to a year"),
    ("people", "Count of people or homes: the same may be there in every quarter"),
    ("rate", "Rate of a population"),
    ("percentage", "Percentage"),
    ("money", "Money: quarters add up to a year"),
    ("time", "Time, such as average days"),
    ("other", "Other, such as a rank or a score"),
]
HELP = "Decides how figures are compared, and whether four quarters add up to a year. Empty: as the unit sounds."
PEOPLE = {"adults", "children", "clients", "individuals", "patients", "people", "residents", "victims"}


def fill(apps, schema_editor):
    for name in ("Indicator", "HistoricalIndicator"):
        rows = apps.get_model("performance", name).objects.all()
        for unit in set(rows.values_list("unit", flat=True)):
            rows.filter(unit=unit).update(measure=sounds_like(unit.strip().lower()))


def sounds_like(unit):
    """As the portal read every unit until now: only what it added up by mistake is said anew."""
    if unit.startswith(("%", "per cent", "percent")):
        return "percentage"
    if unit.startswith("rate") or re.search(r"\bper (\d|thousand|hundred|million|head)", unit):
        return "rate"
    if re.search(r"£|\bpounds?\b", unit):
        return "money"
    words = set(re.findall("[a-z]+", unit))
    if words & {"average", "mean", "median", "minutes", "hours", "days"}:
        return "time"
    more = {"offenders", "perpetrators", "pupils", "households", "families", "users"}
    return "people" if words & (PEOPLE | more) else "count"


class Migration(migrations.Migration):
    dependencies = [("performance", "0008_public_sources")]

    operations = [
        *(
            migrations.AddField(
                model_name=name,
                name="measure",
                field=models.CharField(
                    "kind of figure", max_length=10, choices=CHOICES, blank=True, default="count", help_text=HELP
                ),
                preserve_default=False,
            )
            for name in ("indicator", "historicalindicator")
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.CheckConstraint(
                name="indicator_measure_known",
                condition=models.Q(measure__in=[value for value, _ in CHOICES]),
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
