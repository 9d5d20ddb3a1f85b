"""The roles are groups; the code asks for them by these names."""

from django.db import migrations

ROLES = ["Partner officer", "Coordinator", "Analyst", "Chair", "Reader"]


def add_roles(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for name in ROLES:
        group.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [migrations.RunPython(add_roles, migrations.RunPython.noop)]
