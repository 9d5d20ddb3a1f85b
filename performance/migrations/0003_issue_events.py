"""Every issue that is there gets the steps of its life as rows: raised, and the state it stands in now."""

from django.db import migrations


def write_events(apps, schema_editor):
    EmergingIssue = apps.get_model("performance", "EmergingIssue")
    IssueEvent = apps.get_model("performance", "IssueEvent")
    for issue in EmergingIssue.objects.filter(events__isnull=True):
        IssueEvent.objects.create(issue=issue, state="raised", by_id=issue.raised_by_id, at=issue.raised_at)
        if issue.state != "raised":
            # Who set it was not kept; the person who raised it is the only one known.
            IssueEvent.objects.create(
                issue=issue, state=issue.state, reason=issue.reason, by_id=issue.raised_by_id, at=issue.state_at
            )


class Migration(migrations.Migration):
    dependencies = [("performance", "0002_uploads_ranges_assessments")]

    operations = [migrations.RunPython(write_events, migrations.RunPython.noop)]
