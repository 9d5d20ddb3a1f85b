"""An index for the search of the portal's pages; PostgreSQL alone has it."""

from django.db import migrations

from partners.fulltext import AddFullTextIndex


class Migration(migrations.Migration):
    dependencies = [("performance", "0003_issue_events")]

    operations = [
        AddFullTextIndex("emergingissue", "issue_full_text", ["title"]),
        AddFullTextIndex("indicator", "indicator_full_text", ["code", "name", "definition"]),
    ]
