"""The operator is told of every table whether it can be made again."""

import re
from pathlib import Path

from django.apps import apps

DOC = Path(__file__).resolve().parents[2] / "docs" / "data.md"
APPS = ("accounts", "designs", "fablab", "jobs", "search", "storage")


def listed():
    """Names of tables in the three lists, with repetitions: in the first column, or in the second of the last."""
    derived, _, kept = DOC.read_text().partition("## Not derived")
    names = re.findall(r"^\| ([A-Z][A-Za-z_]+) \|", derived, re.MULTILINE)
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \|$", kept, re.MULTILINE)
    return names + [name.strip() for row in rows for name in row.split(",") if name.strip()[0].isupper()]


def test_every_table_of_the_product_is_in_exactly_one_list():
    models = {
        model.__name__ for app in APPS for model in apps.get_app_config(app).get_models(include_auto_created=True)
    }
    names = listed()
    assert sorted(name for name in names if names.count(name) > 1) == []
    assert models - set(names) == set(), "say in docs/data.md whether it can be made again"
    assert set(names) - models == set(), "docs/data.md names a table that is not there"
