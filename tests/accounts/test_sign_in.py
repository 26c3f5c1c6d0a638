"""Signing up and in, as a browser does it."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from accounts.models import Namespace, User
from tests.accounts.conftest import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def _code(secret=SECRET, step=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def _sign_in(client, name="ada", password=PASSWORD, **meta):
    return client.post("/accounts/login/", {"login": name, "password": password}, **meta)


def _confirm(client):
    """Type the password again, as allauth asks before a second factor changes."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def _is_in(client):
    return "_auth_user_id" in client.session


def _sign_up(client, handle, email="new@example.org"):
    facts = {"username": handle, "email": email, "password1": PASSWORD, "password2": PASSWORD}
    return client.post("/accounts/signup/", facts)


def test_signing_up_makes_a_person_with_a_lower_case_handle(client):
    assert _sign_up(client, "Lovelace").status_code == 302
    assert User.objects.get().username == "lovelace"
    assert Namespace.objects.get().get_absolute_url() == "/@lovelace/"
    assert _is_in(client)


@pytest.mark.parametrize(
    "handle", ["admin", "a", "-ada", "a--b", "ada_l", "à-la", "x" * 40, "ghost-7", "healthz", "ada"]
)
def test_bad_reserved_and_taken_handles_are_refused(client, ada, handle):
    page = _sign_up(client, handle)
    assert page.status_code == 200
    assert page.context["form"].errors["username"]
    assert User.objects.count() == 1


def test_with_mail_configured_the_address_is_confirmed_before_the_first_sign_in(client, settings, mailoutbox):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    _sign_up(client, "lovelace")
    assert not _is_in(client)
    link = re.search(r"/accounts/confirm-email/\S+", mailoutbox[0].body)[0]
    client.post(link)
    _sign_in(client, "lovelace")
    assert _is_in(client)


@pytest.mark.parametrize("name", ["ada", "ADA", "ada@example.org"])
def test_a_person_signs_in_by_handle_or_address(client, ada, name):
    _sign_in(client, name)
    assert client.session["_auth_user_id"] == str(ada.pk)


def test_a_lost_password_is_replaced_by_mail(client, ada, mailoutbox):
    client.post("/accounts/password/reset/", {"email": "ada@example.org"})
    link = re.search(r"/accounts/password/reset/key/\S+", mailoutbox[0].body)[0]
    form = client.get(link, follow=True)
    assert form.status_code == 200
    new = "another long secret"
    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    _sign_in(client, password=PASSWORD)
    assert not _is_in(client)
    _sign_in(client, password=new)
    assert _is_in(client)


def test_the_reset_page_does_not_tell_who_has_an_account(client, ada, mailoutbox):
    known = client.post("/accounts/password/reset/", {"email": "ada@example.org"})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_brute_force_is_stopped_in_ten_tries_while_the_victim_signs_in_elsewhere(client, ada):
    for number in range(10):
        _sign_in(client, password=f"wrong {number}", REMOTE_ADDR="192.0.2.66")
    _sign_in(client, REMOTE_ADDR="192.0.2.66")
    assert not _is_in(client)
    victim = Client()
    _sign_in(victim, REMOTE_ADDR="198.51.100.1")
    assert _is_in(victim)


def test_a_code_from_an_app_is_asked_for_and_works_once(client, ada):
    TOTP.activate(ada, SECRET)
    assert _sign_in(client)["Location"] == "/accounts/2fa/authenticate/"
    assert not _is_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert not _is_in(client)
    code = _code()
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert _is_in(client)
    thief = Client()
    _sign_in(thief)
    thief.post("/accounts/2fa/authenticate/", {"code": code})
    assert not _is_in(thief)


def test_a_used_code_stays_used_for_as_long_as_it_is_accepted(client, ada, monkeypatch):
    TOTP.activate(ada, SECRET)
    now = time.time()
    code = _code(step=1)
    _sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert _is_in(client)
    monkeypatch.setattr(time, "time", lambda: now + 45)
    thief = Client()
    _sign_in(thief)
    thief.post("/accounts/2fa/authenticate/", {"code": code})
    assert not _is_in(thief)


def test_the_code_that_turns_the_app_on_does_not_also_sign_in(client, ada):
    _sign_in(client)
    assert client.get("/accounts/2fa/totp/activate/")["Location"].startswith("/accounts/reauthenticate/")
    _confirm(client)
    form = client.get("/accounts/2fa/totp/activate/").context["form"]
    code = _code(form.secret)
    client.post("/accounts/2fa/totp/activate/", {"code": code})
    assert Authenticator.objects.filter(user=ada, type="totp").exists()
    thief = Client()
    _sign_in(thief)
    thief.post("/accounts/2fa/authenticate/", {"code": code})
    assert not _is_in(thief)


PAGES = ["login", "signup", "password/reset", "password/reset/done", "confirm-email", "inactive"]
OWN_PAGES = [
    "logout",
    "email",
    "password/change",
    "reauthenticate",
    "2fa",
    "2fa/totp/activate",
    "2fa/webauthn",
    "2fa/webauthn/add",
]


@pytest.mark.parametrize("name", PAGES)
def test_pages_before_signing_in_wear_our_look(client, name):
    answer = client.get(f"/accounts/{name}/")
    assert answer.status_code == 200
    assert b'class="site-head"' in answer.content


@pytest.mark.parametrize("name", OWN_PAGES)
def test_pages_after_signing_in_wear_our_look_and_run_no_inline_script(client, ada, name):
    _sign_in(client)
    _confirm(client)
    answer = client.get(f"/accounts/{name}/")
    assert answer.status_code == 200
    assert b'class="site-head"' in answer.content
    inline = re.findall(rb"<script(?![^>]*(?:src=|application/json|nonce=))[^>]*>", answer.content)
    assert inline == []
    assert not re.search(rb"\son[a-z]+=", answer.content)


def test_recovery_codes_come_with_a_second_factor_and_each_signs_in_once(client, ada):
    _sign_in(client)
    _confirm(client)
    form = client.get("/accounts/2fa/totp/activate/").context["form"]
    client.post("/accounts/2fa/totp/activate/", {"code": _code(form.secret)})
    page = client.get("/accounts/2fa/recovery-codes/")
    code = page.context["unused_codes"][0]
    assert code.encode() in page.content
    for signs_in in (True, False):
        other = Client()
        _sign_in(other)
        other.post("/accounts/2fa/authenticate/", {"code": code})
        assert _is_in(other) == signs_in


def test_the_admin_pages_have_no_door_of_their_own(client, ada):
    answer = client.get("/admin/login/?next=/admin/")
    assert answer["Location"].startswith("/accounts/login/")


def test_a_passkey_is_offered_at_the_door(client):
    page = client.get("/accounts/login/").content
    assert b'id="passkey_login"' in page
    assert b'id="mfa_login"' in page
