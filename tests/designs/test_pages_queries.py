"""A page costs the same number of queries for three files as for three hundred."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from designs.actions.publish_release import publish_release
from designs.models import Analysis
from jobs.models import Job
from tests import factories

pytestmark = pytest.mark.django_db
PAGES = [
    "",
    "tree/main/parts",
    "blob/main/parts/p0.stl",
    "history/main/parts/p0.stl",
    "commits/",
    "commit/{head}/",
    "releases/",
    "releases/v1.0/",
    "branches/",
    "tags/",
    "compare/v1.0...main/",
    "attribution/main/",
    "issues/",
    "contributions/",
    "network/",
    "locks/",
    "settings/",
]


def _project(owner, name, files):
    project = factories.make_project(owner, name=name)
    contents = {f"parts/p{n}.stl": f"solid {name} {n}\nendsolid\n" for n in range(files)}
    factories.commit(project, contents, message="Parts")
    facts = {"triangles": 12, "size_mm": [1.0, 2.0, 3.0], "units": "mm"}
    publish_release(project, by=owner, tag="v1.0")
    Analysis.objects.update(state=Job.State.DONE, facts=facts, preview_256="a" * 64, preview_1024="a" * 64)
    return project


def test_three_hundred_files_cost_no_more_queries_than_three(client, django_assert_num_queries):
    ada = factories.make_user("ada")
    small, large = _project(ada, "Small", 3), _project(ada, "Large", 300)
    client.force_login(ada)
    for page in PAGES:
        client.get("/")
        cache.clear()
        with CaptureQueriesContext(connection) as counted:
            assert client.get(f"/@ada/small/{page.format(head=small.head)}").status_code == 200
        cache.clear()
        with django_assert_num_queries(len(counted)):
            assert client.get(f"/@ada/large/{page.format(head=large.head)}").status_code == 200


def test_lists_cost_the_same_for_one_project_as_for_twelve(client, django_assert_num_queries, index_now):
    ada = factories.make_user("ada")
    _project(ada, "First", 1)
    counts = {}
    index_now()
    client.get("/search/")
    for address in ("/", "/search/", "/@ada/"):
        with CaptureQueriesContext(connection) as counted:
            client.get(address)
        counts[address] = len(counted)
    for number in range(11):
        _project(ada, f"Next {number}", 1)
    index_now()
    for address, count in counts.items():
        with django_assert_num_queries(count):
            client.get(address)
