"""`git clone` with the stock client."""

import base64
import subprocess

import pytest

from accounts import tokens
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
def test_pushing_is_refused_in_a_sentence(client):
    make_project(make_user("ada"))
    answer = client.get("/@ada/widget.git/info/refs?service=git-receive-pack")
    assert (answer.status_code, b"Pushing is not open yet" in answer.content) == (403, True)
