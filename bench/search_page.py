"""The whole page of a search: a site whose index is that of the bench, with a row for each document."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

Times = Sequence[Sequence[tuple[float, float]]]


def site(folder: Path) -> None:
    """Django, with its data in the folder; SQLite and the embedded engine whatever the environment says."""
    os.environ["PARTAGE_DATA"] = str(folder / "site")
    os.environ.pop("PARTAGE_DATABASE_URL", None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    from django.conf import settings

    django.setup()
    settings.SEARCH_URL, settings.SEARCH_DIR = None, folder / "embedded"


def pages(count: int, texts: Sequence[Sequence[str]], measure: Callable[..., Times]) -> Iterator[tuple[str, Times]]:
    """How long the first page of each search takes, and how long beside the engine."""
    from django.test import Client

    from search import index

    _rows(count)
    engine, visitor = index.engine(), Client(SERVER_NAME="127.0.0.1")
    spent: list[float] = []
    own = engine.search

    def timed(query: Any) -> Any:
        began = perf_counter()
        try:
            return own(query)
        finally:
            spent.append(perf_counter() - began)

    engine.search = timed  # type: ignore[method-assign]
    within: dict[tuple[int, int], float] = {}

    def ask(n: int, way: int) -> None:
        spent.clear()
        params = urlencode({"q": " ".join(texts[n]), "mass_max": 10_000_000 + way})
        answer = visitor.get(f"/search/?{params}")
        if answer.status_code != 200:
            raise SystemExit(f"/search/ answers {answer.status_code}")
        within[n, way] = sum(spent)

    times = measure(ask)
    yield "page", times
    yield (
        "page only",
        [
            [(took - within[n, way], max(worked - within[n, way], 0)) for way, (took, worked) in enumerate(ways)]
            for n, ways in enumerate(times)
        ],
    )


def _rows(count: int) -> None:
    """A project a document: copies of one that was made as people make them."""
    from django.core.management import call_command
    from django.db import connection

    from designs.demo.load import person
    from designs.models import Project

    call_command("migrate", verbosity=0)
    if Project.objects.count() == count:
        return
    Project.objects.all().delete()
    _first(person("ada"))
    table = Project._meta.db_table
    names = [field.column for field in Project._meta.concrete_fields]
    other = {
        "id": "n",
        "slug": "'copy-' || n",
        "name": "name || ' ' || n",
        "repository_id": "lower(hex(randomblob(16)))",
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE some(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM some WHERE n < {count})"
            f" INSERT INTO {table} ({', '.join(names)})"
            f" SELECT {', '.join(other.get(name, name) for name in names)}"
            f" FROM some, (SELECT * FROM {table} ORDER BY id LIMIT 1)"
        )


def _first(by: Any) -> None:
    """The project that is copied, the only one."""
    from designs.actions.create_project import create_project

    create_project(
        by.namespace,
        by=by,
        name="Parametric gear",
        summary="A gear in every size that a maker may want, printed without supports.",
        licence="CERN-OHL-S-2.0",
        tags=["gear", "parametric"],
        processes=["material-extrusion"],
        materials=["PLA"],
    )
