"""Access tokens: shown once, stored as a hash, checked for scope and day."""

import base64
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import tokens
from accounts.actions.create_person import create_person
from accounts.models import AccessToken, User


def test_the_secret_is_nowhere_in_the_database(ada):
    token, secret = tokens.issue(ada, "laptop", ["read"])
    token.refresh_from_db()
    assert secret.startswith("ptg_")
    assert len(token.digest) == 64
    assert all(secret not in str(value) for value in AccessToken.objects.values_list().get())
    assert tokens.authenticate(secret) == token


def test_a_mistyped_secret_costs_no_query(ada, django_assert_num_queries):
    secret = tokens.issue(ada, "laptop", ["read"])[1]
    wrong = secret[:8] + ("a" if secret[8] != "a" else "b") + secret[9:]
    with django_assert_num_queries(0):
        assert tokens.authenticate(wrong) is None
        assert tokens.authenticate("") is None
        assert tokens.authenticate("ptg_é") is None


def test_a_token_ends_on_its_day_and_with_its_person(ada):
    past = timezone.now() - timedelta(seconds=1)
    assert tokens.authenticate(tokens.issue(ada, "old", ["read"], past)[1]) is None
    secret = tokens.issue(ada, "laptop", ["read"])[1]
    ada.is_active = False
    ada.save()
    assert tokens.authenticate(secret) is None


def test_a_token_does_only_what_its_scopes_say(ada):
    token = tokens.issue(ada, "reader", ["read"])[0]
    assert (token.allows("read"), token.allows("write"), token.allows("account")) == (True, False, False)
    assert tokens.issue(ada, "writer", ["write"])[0].allows("write")


def test_git_sends_the_token_as_a_password_or_as_a_name(ada):
    token, secret = tokens.issue(ada, "git", ["read"])
    for words in (f"ada:{secret}", f"{secret}:", f"{secret}:x-oauth-basic"):
        header = "Basic " + base64.b64encode(words.encode()).decode()
        assert tokens.from_authorization(header) == token
    assert tokens.from_authorization(f"Bearer {secret}") == token
    for bad in ("", "Basic", "Basic !!", "Basic /w==", "Bearer", "Digest x"):
        assert tokens.from_authorization(bad) is None


def test_the_page_shows_a_new_secret_once(as_ada):
    facts = {"name": "laptop", "scopes": ["read", "write"], "days": "30"}
    secret = as_ada.post("/settings/tokens/", facts).context["secret"]
    token = tokens.authenticate(secret)
    assert token.scopes == ["read", "write"]
    assert timedelta(days=29) < token.expires_at - timezone.now() <= timedelta(days=30)
    page = as_ada.get("/settings/tokens/")
    assert secret.encode() not in page.content
    assert "no-store" in page["Cache-Control"]


def test_a_token_is_revoked_by_its_person_only(as_ada, ada, grace):
    mine, theirs = tokens.issue(ada, "mine", ["read"])[0], tokens.issue(grace, "theirs", ["read"])[0]
    assert as_ada.post(f"/settings/tokens/{theirs.pk}/revoke/").status_code == 404
    as_ada.post(f"/settings/tokens/{mine.pk}/revoke/")
    assert list(AccessToken.objects.all()) == [theirs]


def test_the_person_command_makes_somebody_once(capsys):
    words = ["person", "Root2", "--email", "r@example.org", "--password", "a long secret", "--staff", "--token"]
    call_command(*words)
    secret = capsys.readouterr().out.strip()
    assert tokens.authenticate(secret).user.username == "root2"
    assert User.objects.get().is_superuser
    call_command(*words)
    assert User.objects.count() == 1
    words[5] = "another secret"
    with pytest.raises(CommandError, match="root2: This handle is taken"):
        call_command(*words)


def test_two_people_cannot_have_one_address(ada):
    with pytest.raises(Exception, match="e-mail address already"):
        create_person("ada2", email="ADA@example.org", password="x")
