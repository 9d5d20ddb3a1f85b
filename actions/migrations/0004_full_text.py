"""An index for the search of the portal's pages; PostgreSQL alone has it."""

from django.db import migrations

from partners.fulltext import AddFullTextIndex


class Migration(migrations.Migration):
    dependencies = [("actions", "0003_exports")]

    operations = [
        AddFullTextIndex("action", "action_full_text", ["ref", "title"]),
        AddFullTextIndex(
            "progressupdate",
            "update_full_text",
            ["narrative", "reason", "recovery", "help_wanted", "achievement"],
        ),
    ]
