"""`git clone` with the stock client."""

import base64
import subprocess

import pytest

from accounts import tokens
from accounts.models import User
from tests.factories import commit, make_project, make_user


@pytest.mark.django_db(transaction=True)
def test_a_clone_is_byte_identical(live_server, tmp_path):
    content = bytes(range(256)) * 5000
    commit(make_project(make_user("ada")), {"a b/é.bin": content})
    into = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", f"{live_server.url}/@ada/widget.git", into], check=True, timeout=60)
    assert (into / "a b" / "é.bin").read_bytes() == content


@pytest.mark.django_db
def test_private_and_missing_look_alike(client):
    make_project(make_user("ada"), visibility="private")
    eve = tokens.issue(make_user("eve"), "t", ["read"])[1]
    basic = {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(f"eve:{eve}".encode()).decode()}
    for name in ("widget", "nothing"):
        at = f"/@ada/{name}.git/info/refs?service=git-upload-pack"
        nobody = client.get(at)
        assert (nobody.status_code, nobody["WWW-Authenticate"]) == (401, 'Basic realm="Partage"')
        assert client.get(at, **basic).status_code == 404


@pytest.mark.django_db
def test_pushing_asks_for_a_sign_in_and_for_the_right_to_write(client):
    make_project(make_user("ada"))
    at = "/@ada/widget.git/info/refs?service=git-receive-pack"
    assert client.get(at).status_code == 401
    reader, writer, stranger = (
        tokens.issue(user, "t", scopes)[1]
        for user, scopes in (
            (User.objects.get(username="ada"), ["read"]),
            (User.objects.get(username="ada"), ["write"]),
            (make_user("eve"), ["write"]),
        )
    )
    answers = [client.get(at, HTTP_AUTHORIZATION=f"Bearer {token}") for token in (reader, stranger, writer)]
    assert [answer.status_code for answer in answers] == [403, 403, 200]
    assert b"may only read" in answers[0].content
    assert b"fork it" in answers[1].content
