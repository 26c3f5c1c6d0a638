import pytest
from django.db import connection

from jobs import worker
from tests.jobs.errand import Errand


@pytest.fixture
def errands(transactional_db, monkeypatch):
    """The errands' table, for one test."""
    monkeypatch.setattr(worker, "_RUNS", {})
    monkeypatch.setattr(worker, "_REPEATED", {})
    with connection.schema_editor() as editor:
        editor.create_model(Errand)
    yield Errand.objects
    with connection.schema_editor() as editor:
        editor.delete_model(Errand)
