"""Issues and likes for programs."""

import pytest
from django.core.cache import cache

from accounts import tokens
from designs.actions.labels import save_label
from designs.actions.moderate import hide_words
from designs.actions.open_issue import open_issue
from designs.models import Like
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db
AT = "/api/v1/projects/ada/widget"
JSON = "application/json"


def bearer(user, *scopes):
    return {"HTTP_AUTHORIZATION": "Bearer " + tokens.issue(user, "test", scopes)[1]}


@pytest.fixture
def ada():
    return make_user("ada")


@pytest.fixture
def project(ada):
    return make_project(ada)


def test_an_issue_is_opened_read_discussed_closed_and_listed(client, ada, project):
    sign = bearer(ada, "read", "write")
    save_label(project, name="breaks", colour="#bc4c00")
    facts = {"kind": "problem", "title": "It jams", "text": "See", "labels": ["breaks"]}
    made = client.post(f"{AT}/issues", facts, content_type=JSON, **sign)
    assert (made.status_code, made.json()["number"], made.json()["labels"]) == (201, 1, ["breaks"])
    said = client.post(f"{AT}/issues/1/comments", {"text": "Yes"}, content_type=JSON, **sign)
    assert said.status_code == 201
    assert [one["text"] for one in client.get(f"{AT}/issues/1/comments").json()["items"]] == ["Yes"]
    closed = client.patch(f"{AT}/issues/1", {"state": "closed"}, content_type=JSON, **sign)
    assert closed.json()["state"] == client.get(f"{AT}/issues/1").json()["state"] == "closed"
    assert client.get(f"{AT}/issues?state=open").json()["items"] == []
    assert len(client.get(f"{AT}/issues?state=closed&kind=problem").json()["items"]) == 1


def test_reading_tokens_open_nothing_and_strangers_close_nothing(client, ada, project):
    open_issue(project, by=ada, kind="wish", title="A lid")
    facts = {"kind": "wish", "title": "Another"}
    assert client.post(f"{AT}/issues", facts, content_type=JSON, **bearer(ada, "read")).status_code == 403
    assert client.post(f"{AT}/issues", facts, content_type=JSON).status_code == 401
    eve = bearer(make_user("eve"), "read", "write")
    assert client.patch(f"{AT}/issues/1", {"state": "closed"}, content_type=JSON, **eve).status_code == 403
    assert project.issues.get().is_open


def test_unknown_labels_and_numbers_hidden_issues_and_contributions_are_not_there(client, ada, project):
    sign = bearer(ada, "read", "write")
    hide_words(open_issue(project, by=ada, kind="wish", title="Spam"))
    open_issue(project, by=ada, kind="contribution", title="A part")
    for number in (1, 2, 3, 1 << 70):
        assert client.get(f"{AT}/issues/{number}").status_code == 404
    assert client.get(f"{AT}/issues").json()["items"] == []
    facts = {"kind": "wish", "title": "A lid", "labels": ["nothing"]}
    assert client.post(f"{AT}/issues", facts, content_type=JSON, **sign).status_code == 422
    assert (
        client.post(
            f"{AT}/issues", {**facts, "labels": [], "kind": "contribution"}, content_type=JSON, **sign
        ).status_code
        == 422
    )


def test_who_floods_gets_429(client, ada, project, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "comment": "1/10m/user"}
    cache.clear()
    open_issue(project, by=ada, kind="wish", title="A lid")
    sign = bearer(ada, "read", "write")
    codes = [
        client.post(f"{AT}/issues/1/comments", {"text": "x"}, content_type=JSON, **sign).status_code for _n in range(2)
    ]
    assert codes == [201, 429]


def test_a_project_is_liked_once_and_no_longer(client, ada, project):
    sign = bearer(ada, "read", "write")
    assert [client.put(f"{AT}/like", **sign).status_code for _n in range(2)] == [204, 204]
    assert Like.objects.count() == 1
    assert client.delete(f"{AT}/like", **sign).status_code == 204
    assert not Like.objects.exists()
