"""An index for the search of the portal's pages; PostgreSQL alone has it."""

from django.db import migrations

from partners.fulltext import AddFullTextIndex


class Migration(migrations.Migration):
    dependencies = [("priorities", "0002_closed_requests")]

    operations = [
        AddFullTextIndex("plansection", "section_full_text", ["heading", "body"]),
    ]
