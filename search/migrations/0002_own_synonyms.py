from django.db import migrations

from search.synonyms import OWN


def load(apps, _editor):
    """The groups that a site begins with; an admin adds to them, changes and removes them."""
    model = apps.get_model("search", "Synonym")
    lines = [line.strip() for line in OWN.read_text().splitlines() if line.strip()]
    model.objects.bulk_create((model(words=line) for line in lines), ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_search")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop, elidable=False)]
