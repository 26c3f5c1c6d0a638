"""Each answer of the LFS API: who may send, fetch, lock and unlock what."""

import hashlib
import json

import pytest

from accounts import tokens
from designs.models import Collaborator, LfsObject
from storage import blobs
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db
KIND = "application/vnd.git-lfs+json"
CONTENT = b"the content of a large file" * 100
OID = hashlib.sha256(CONTENT).hexdigest()
NAMED = {"oid": OID, "size": len(CONTENT)}


@pytest.fixture
def ada():
    return make_user("ada")


def of(person, *scopes):
    return {"HTTP_AUTHORIZATION": f"Bearer {tokens.issue(person, 't', scopes or ['write'])[1]}"}


def ask(client, path, said, *, at="/@ada/widget.git/info/lfs/", **headers):
    return client.post(f"{at}{path}", json.dumps(said), content_type=KIND, **headers)


def batch(client, operation, *, at="/@ada/widget.git/info/lfs/", named=NAMED, **headers):
    answer = ask(client, "objects/batch", {"operation": operation, "objects": [named]}, at=at, **headers)
    assert (answer.status_code, answer["Content-Type"]) == (200, KIND)
    return answer.json()["objects"][0]


def header(action):
    return {"HTTP_AUTHORIZATION": action["header"]["Authorization"]}


def send(client, content, action):
    return client.put(action["href"], content, content_type="application/octet-stream", **header(action))


@pytest.fixture
def sent(client, ada):
    """The project, with the content sent to it."""
    project = make_project(ada)
    assert send(client, CONTENT, batch(client, "upload", **of(ada))["actions"]["upload"]).status_code == 200
    return project


def test_a_content_of_another_project_is_not_had_by_asking_to_verify_it(client, ada, sent):
    eve = make_user("eve")
    mine = make_project(eve)
    at = "/@eve/widget.git/info/lfs/"
    actions = batch(client, "upload", at=at, **of(eve))["actions"]
    answer = client.post(actions["verify"]["href"], json.dumps(NAMED), content_type=KIND, **header(actions["verify"]))
    assert answer.status_code == 404
    assert not mine.lfs_objects.exists()
    assert batch(client, "download", at=at, **of(eve))["error"]["code"] == 404
    assert send(client, CONTENT, actions["upload"]).status_code == 200
    assert "actions" in batch(client, "download", at=at, **of(eve))


def test_verify_agrees_to_what_has_arrived_however_often_it_is_asked(client, ada):
    make_project(ada)
    actions = batch(client, "upload", **of(ada))["actions"]
    send(client, CONTENT, actions["upload"])
    for _ in range(2):
        answer = client.post(
            actions["verify"]["href"], json.dumps(NAMED), content_type=KIND, **header(actions["verify"])
        )
        assert answer.status_code == 200


def test_a_download_goes_on_where_it_broke_off(client, ada, sent):
    action = batch(client, "download")["actions"]["download"]
    whole = client.get(action["href"], **header(action))
    assert (whole.status_code, b"".join(whole), whole["Content-Length"]) == (200, CONTENT, str(len(CONTENT)))
    rest = client.get(action["href"], HTTP_RANGE="bytes=1000-", **header(action))
    assert (rest.status_code, b"".join(rest)) == (206, CONTENT[1000:])
    assert rest["Content-Range"] == f"bytes 1000-{len(CONTENT) - 1}/{len(CONTENT)}"


def test_nginx_sends_the_content_where_a_setting_says_so(client, ada, sent, settings):
    settings.X_ACCEL_REDIRECT = "/blobs"
    action = batch(client, "download")["actions"]["download"]
    answer = client.get(action["href"], **header(action))
    assert (answer["X-Accel-Redirect"], answer.content) == (f"/blobs/{blobs.key(OID)}", b"")


def test_other_bytes_than_announced_are_not_kept(client, ada):
    project = make_project(ada)
    action = batch(client, "upload", **of(ada))["actions"]["upload"]
    for content in (CONTENT[:-1], CONTENT + b"x", CONTENT[:-1] + b"x"):
        answer = send(client, content, action)
        assert answer.status_code == 422
        assert answer.json()["message"].startswith("What arrived is not this object")
        assert answer.json()["documentation_url"].startswith("https://")
    assert not project.lfs_objects.exists()


def test_an_agreement_holds_for_one_object_of_one_project(client, ada, sent):
    action = batch(client, "download")["actions"]["download"]
    other = action["href"].replace(OID, "0" * 64)
    assert client.get(other, **header(action)).status_code == 403
    forged = {"HTTP_AUTHORIZATION": f"{action['header']['Authorization']}x"}
    assert client.get(action["href"], **forged).status_code == 401
    sent.delete()
    assert client.get(action["href"], **header(action)).status_code == 404


def test_strangers_and_readers_hear_why_they_may_not(client, ada):
    make_project(ada, visibility="private")
    eve = make_user("eve")
    said = {"operation": "upload", "objects": [NAMED]}
    nobody = ask(client, "objects/batch", said)
    assert (nobody.status_code, nobody["LFS-Authenticate"]) == (401, 'Basic realm="Partage"')
    assert ask(client, "objects/batch", said, **of(eve)).status_code == 404
    reader = ask(client, "objects/batch", said, **of(ada, "read"))
    assert (reader.status_code, reader["Content-Type"]) == (403, KIND)
    assert "may only read" in reader.json()["message"]


def test_each_object_beyond_the_quota_is_refused_with_the_limit(client, ada):
    make_project(ada)
    ada.namespace.quota = 1000
    ada.namespace.save()
    error = batch(client, "upload", **of(ada))["error"]
    assert error["code"] == 507
    assert "1000" in error["message"]
    assert not LfsObject.objects.exists()


def test_locks_are_listed_in_pages_and_told_apart(client, ada):
    project = make_project(ada)
    bob = make_user("bob")
    Collaborator.objects.create(project=project, user=bob, role="writer")
    for person, path in ((ada, "a.stl"), (bob, "b.stl"), (ada, "c.stl")):
        made = ask(client, "locks", {"path": path}, **of(person))
        assert (made.status_code, made.json()["lock"]["path"]) == (201, path)
    taken = ask(client, "locks", {"path": "b.stl"}, **of(ada))
    assert (taken.status_code, taken.json()["lock"]["owner"]["name"]) == (409, "bob")
    first = client.get("/@ada/widget.git/info/lfs/locks?limit=2").json()
    assert [one["path"] for one in first["locks"]] == ["a.stl", "b.stl"]
    rest = client.get(f"/@ada/widget.git/info/lfs/locks?cursor={first['next_cursor']}").json()
    assert ([one["path"] for one in rest["locks"]], "next_cursor" in rest) == (["c.stl"], False)
    only = client.get("/@ada/widget.git/info/lfs/locks?path=b.stl").json()["locks"]
    assert [one["path"] for one in only] == ["b.stl"]
    assert client.get(f"/@ada/widget.git/info/lfs/locks?id={only[0]['id']}").json()["locks"] == only
    seen = ask(client, "locks/verify", {}, **of(ada)).json()
    assert [one["path"] for one in seen["ours"]] == ["a.stl", "c.stl"]
    assert [one["path"] for one in seen["theirs"]] == ["b.stl"]


def test_a_lock_is_broken_by_force_and_by_those_alone_who_manage_the_project(client, ada):
    project = make_project(ada)
    bob, eve = make_user("bob"), make_user("eve")
    for person in (bob, eve):
        Collaborator.objects.create(project=project, user=person, role="writer")
    lock = ask(client, "locks", {"path": "a.stl"}, **of(bob)).json()["lock"]["id"]
    at = f"locks/{lock}/unlock"
    assert ask(client, at, {"force": True}, **of(eve)).status_code == 403
    assert "use --force" in ask(client, at, {}, **of(ada)).json()["message"]
    assert ask(client, at, {"force": True}, **of(ada)).json()["lock"]["path"] == "a.stl"
    assert ask(client, at, {}, **of(bob)).status_code == 404
