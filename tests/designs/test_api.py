"""The API does what the pages do, and tells errors in one shape."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import tokens
from tests.factories import commit, make_project, make_user

pytestmark = pytest.mark.django_db
V1 = "/api/v1"


def bearer(user, *scopes):
    return {"HTTP_AUTHORIZATION": "Bearer " + tokens.issue(user, "test", scopes)[1]}


@pytest.fixture
def ada(db):
    return make_user("ada")


def test_a_project_is_made_filled_read_changed_and_deleted(client, ada):
    sign = bearer(ada, "read", "write")
    made = client.post(f"{V1}/projects", {"name": "Gear"}, content_type="application/json", **sign)
    assert (made.status_code, made.json()["slug"]) == (201, "gear")
    at = f"{V1}/projects/ada/gear"
    body = {"files": [SimpleUploadedFile("x", b"one"), SimpleUploadedFile("y", b"two")], "path": ["a/b.txt", "c.txt"]}
    done = client.post(f"{at}/commits", body, **sign)
    assert done.status_code == 201, done.content
    assert done.json()["files"] == [
        {"path": "a/b.txt", "sha256": hashlib.sha256(b"one").hexdigest(), "analysis": "none"},
        {"path": "c.txt", "sha256": hashlib.sha256(b"two").hexdigest(), "analysis": "none"},
    ]
    head = done.json()["commit"]
    listed = [one["path"] for one in client.get(f"{at}/files").json()["items"]]
    assert listed == [".gitattributes", "README.md", "a/b.txt", "c.txt"]
    assert client.get(f"{at}/files/a/b.txt?ref={head}").json()["size"] == 3
    assert client.get(f"{at}/raw/{head}/a/b.txt").getvalue() == b"one"
    assert client.get(f"{at}/commits").json()["items"][0]["commit"] == head
    tagged = client.post(
        f"{at}/releases", {"tag": "v1", "is_prerelease": True}, content_type="application/json", **sign
    )
    assert (tagged.status_code, tagged.json()["commit"]) == (201, head)
    assert client.get(f"{at}/releases").json()["items"][0]["tag"] == "v1"
    assert client.get(f"{at}/releases").json()["items"][0]["is_prerelease"] is True
    changed = client.patch(at, {"summary": "Turns"}, content_type="application/json", **sign)
    assert changed.json()["summary"] == "Turns"
    assert client.delete(at, **sign).status_code == 204
    assert client.get(at).status_code == 404


def test_pages_follow_each_other_without_loss(client, ada):
    for name in ("One", "Two", "Three"):
        make_project(ada, name)
    first = client.get(f"{V1}/projects?limit=2").json()
    second = client.get(first["next"]).json()
    assert [one["slug"] for one in first["items"] + second["items"]] == ["three", "two", "one"]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/nothing", 404),
        ("get", "/me", 401),
        ("post", "/projects", 401),
        ("put", "/projects", 405),
        ("get", "/projects?limit=101", 422),
        ("get", "/projects?cursor=%00", 422),
        ("get", "/projects/ada/widget/files?ref=%00", 422),
        ("get", "/projects/ada/widget/files?ref=nope", 404),
        ("get", "/projects/ada/widget/files/%00", 422),
        ("get", "/projects/%00/widget", 404),
    ],
)
def test_every_error_is_a_problem(client, ada, method, path, status):
    make_project(ada)
    answer = getattr(client, method)(V1 + path)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status


@pytest.mark.parametrize("body", ['{"name":"a\\u0000"}', '{"name":"\\ud800"}', '{"name":1e999}', '{"name":"a","x":1}'])
def test_odd_values_are_refused(client, ada, body):
    answer = client.post(f"{V1}/projects", body, content_type="application/json", **bearer(ada, "write"))
    assert answer.status_code in {400, 422}


def test_a_token_may_do_no_more_than_its_scopes(client, ada):
    answer = client.post(f"{V1}/projects", {"name": "A"}, content_type="application/json", **bearer(ada, "read"))
    assert answer.status_code == 403


def test_a_stranger_may_read_but_not_commit(client, ada):
    make_project(ada)
    body = {"files": [SimpleUploadedFile("x", b"one")]}
    answer = client.post(f"{V1}/projects/ada/widget/commits", body, **bearer(make_user("eve"), "write"))
    assert answer.status_code == 403


def test_a_private_project_is_not_there_for_strangers(client, ada):
    project = make_project(ada, visibility="private")
    head = commit(project, {"a.txt": "x"}).commit
    at = f"{V1}/projects/ada/widget"
    rest = ["", "/files", "/files/a.txt", f"/raw/{head}/a.txt", "/commits", "/releases", "/analyses/" + "0" * 64]
    eve = bearer(make_user("eve"), "read", "write")
    assert {client.get(at + one).status_code for one in rest} == {404}
    assert {client.get(at + one, **eve).status_code for one in rest} == {404}
    assert client.get(f"{at}/raw/{head}/a.txt", **bearer(ada)).getvalue() == b"x"


def test_the_docs_need_no_script_from_elsewhere(client, db):
    assert "/api/v1/me" in client.get(f"{V1}/docs").content.decode()
    assert client.get(f"{V1}/openapi.json").json()["openapi"].startswith("3")


def test_a_token_cannot_make_one_that_may_do_more_than_itself(client, ada):
    sign = bearer(ada, "account")
    wider = {"name": "more", "scopes": ["write"]}
    refused = client.post(f"{V1}/tokens", wider, content_type="application/json", **sign)
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    assert ada.tokens.count() == 1
    same = {"name": "same", "scopes": ["read", "account"]}
    assert client.post(f"{V1}/tokens", same, content_type="application/json", **sign).status_code == 201
