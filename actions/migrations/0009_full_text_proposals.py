"""Proposed initiatives are searched too; PostgreSQL alone has the index."""

from django.db import migrations

from partners.fulltext import AddFullTextIndex


class Migration(migrations.Migration):
    dependencies = [("actions", "0008_recommendations_and_regard")]

    operations = [AddFullTextIndex("proposal", "proposal_full_text", ["title", "why"])]
