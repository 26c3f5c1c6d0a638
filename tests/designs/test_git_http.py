"""`git clone` with the stock client."""

import base64
import subprocess

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.core.management import call_command

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


def by_password(client, password, name="ada"):
    secret = base64.b64encode(f"{name}:{password}".encode()).decode()
    at = "/@ada/widget.git/info/refs?service=git-receive-pack"
    return client.get(at, HTTP_AUTHORIZATION=f"Basic {secret}").status_code


@pytest.mark.django_db
def test_guessing_passwords_by_git_is_braked_as_on_the_sign_in_page(client):
    call_command("createcachetable")
    cache.clear()
    ada = make_user("ada")
    ada.set_password("a long enough secret")
    ada.save()
    make_project(ada)
    assert by_password(client, "a long enough secret") == 200
    assert {by_password(client, f"guess {number}") for number in range(10)} == {401}
    assert by_password(client, "a long enough secret") == 401
    assert client.post("/accounts/login/", {"login": "ada", "password": "a long enough secret"}).status_code == 200


@pytest.mark.django_db
def test_with_a_second_factor_only_a_token_will_do(client):
    ada = make_user("ada")
    ada.set_password("a long enough secret")
    ada.save()
    make_project(ada)
    TOTP.activate(ada, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    assert by_password(client, "a long enough secret") == 401
    assert by_password(client, tokens.issue(ada, "t", ["write"])[1]) == 200
