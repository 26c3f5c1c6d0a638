import importlib

from django.db import migrations

own = importlib.import_module("search.migrations.0002_own_synonyms")


class Migration(migrations.Migration):
    """The groups that have been added to the table since; those of a site stay as they are."""

    dependencies = [("search", "0002_own_synonyms")]
    operations = [migrations.RunPython(own.load, migrations.RunPython.noop, elidable=False)]
