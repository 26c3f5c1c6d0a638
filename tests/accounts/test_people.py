"""Profiles, pictures, handles, organisations, leaving."""

import io

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts import policy, tokens
from accounts.actions import delete_account as leaving
from accounts.actions.create_organisation import create_organisation
from accounts.actions.memberships import LastOwnerError, remove_member, set_role
from accounts.actions.rename import rename
from accounts.models import HandleRedirect, Membership, Namespace, User
from tests.accounts.conftest import PASSWORD

PROFILE = {"display_name": "Ada L.", "bio": "", "location": "London", "language": "fr", "email_private": "on"}


def _photo():
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    out = io.BytesIO()
    Image.new("RGB", (900, 600), "teal").save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("me.jpg", out.getvalue())


@pytest.fixture
def lab(ada):
    return create_organisation("the-lab", name="The Lab", by=ada)


def test_a_profile_is_saved_and_its_language_spoken(as_ada, ada):
    as_ada.post("/settings/profile/", PROFILE)
    ada.refresh_from_db()
    assert (ada.title, ada.location, ada.email_private) == ("Ada L.", "London", True)
    assert b'<html lang="fr"' in as_ada.get("/settings/profile/").content


def test_the_language_chosen_last_is_spoken(as_ada):
    as_ada.post("/i18n/setlang/", {"language": "en", "next": "/"})
    as_ada.post("/settings/profile/", PROFILE)
    assert b'<html lang="fr"' in as_ada.get("/settings/profile/").content
    as_ada.post("/i18n/setlang/", {"language": "en", "next": "/"})
    assert b'<html lang="en"' in as_ada.get("/settings/profile/").content


def test_a_picture_is_written_anew_and_served_safely(as_ada, ada):
    as_ada.post("/settings/profile/", PROFILE | {"picture": _photo()})
    ada.refresh_from_db()
    answer = as_ada.get(ada.avatar.url)
    body = b"".join(answer.streaming_content)
    picture = Image.open(io.BytesIO(body))
    assert (picture.format, picture.size, dict(picture.getexif())) == ("WEBP", (512, 512), {})
    assert b"secret place" not in body
    assert answer["X-Content-Type-Options"] == "nosniff"
    as_ada.post("/settings/profile/", PROFILE | {"remove_picture": "on"})
    assert as_ada.get(ada.avatar.url).status_code == 404


@pytest.mark.parametrize(
    "name", ["png_30000x30000.png", "png_claims_2e9.png", "svg_script.svg", "polyglot_stl_html.stl"]
)
def test_a_hostile_picture_is_refused(as_ada, ada, shared, name):
    bomb = SimpleUploadedFile(name, (shared / "hostile" / name).read_bytes())
    page = as_ada.post("/settings/profile/", PROFILE | {"picture": bomb})
    assert page.context["form"].errors["picture"]
    ada.refresh_from_db()
    assert not ada.avatar


def test_notifications_are_chosen_by_kind(as_ada, ada):
    as_ada.post("/settings/notifications/", {"releases": "on"})
    ada.refresh_from_db()
    assert ada.notifications == {
        "issues": False,
        "mentions": False,
        "contributions": False,
        "requests": False,
        "releases": True,
    }


def test_a_former_handle_leads_to_the_new_one_and_is_free_for_nobody_else(as_ada, ada, grace):
    as_ada.post("/settings/account/rename/", {"handle": "Countess"})
    ada.refresh_from_db()
    assert (ada.username, ada.namespace.handle) == ("countess", "countess")
    assert HandleRedirect.objects.get(handle="ada").namespace == ada.namespace
    with pytest.raises(ValidationError):
        rename(grace.namespace, "ada")
    rename(ada.namespace, "ada")
    assert [str(row) for row in HandleRedirect.objects.all()] == ["countess -> ada"]


@pytest.mark.parametrize(
    ("role", "publish", "manage", "own"),
    [
        ("owner", True, True, True),
        ("maintainer", True, True, False),
        ("member", True, False, False),
        (None, False, False, False),
    ],
)
def test_each_role_may_do_its_part(lab, grace, role, publish, manage, own):
    if role:
        set_role(lab, grace, role)
    space = lab.namespace
    allowed = policy.can_publish(grace, space), policy.can_manage(grace, space), policy.can_own(grace, space)
    assert allowed == (publish, manage, own)


@pytest.mark.parametrize(
    ("role", "see", "change"), [("owner", 200, 302), ("maintainer", 200, 403), ("member", 200, 403), (None, 404, 404)]
)
def test_the_members_page_opens_to_members_and_changes_for_owners(client, lab, grace, role, see, change):
    if role:
        set_role(lab, grace, role)
    client.force_login(grace)
    page = "/organisations/the-lab/members/"
    assert client.get(page).status_code == see
    assert client.post(page, {"handle": "ada", "role": "owner"}).status_code == change
    assert client.post(f"{page}ada/remove/").status_code == change
    assert Membership.objects.filter(organisation=lab, user__username="ada").exists() == (change != 302)


def test_an_organisation_keeps_an_owner(lab, ada, grace):
    for act in (lambda: remove_member(lab, ada), lambda: set_role(lab, ada, "member")):
        with pytest.raises(LastOwnerError):
            act()
    set_role(lab, grace, "owner")
    remove_member(lab, ada)
    assert [str(row.user) for row in lab.memberships.all()] == ["grace"]


def test_pages_of_an_organisation_work(as_ada, ada):
    as_ada.post("/organisations/new/", {"handle": "New-Lab", "name": "New Lab"})
    assert policy.can_own(ada, Namespace.objects.get(handle="new-lab"))
    facts = {"name": "Newer Lab", "bio": "", "location": "", "website": "", "picture": _photo()}
    assert as_ada.post("/organisations/new-lab/settings/", facts).status_code == 302
    assert b"Newer Lab" in as_ada.get("/organisations/new-lab/settings/").content
    assert as_ada.post("/organisations/new/", {"handle": "ada", "name": "x"}).context["form"].errors["handle"]


def test_leaving_takes_the_handle_typed_and_the_password(as_ada, ada):
    for typed, password in (("grace", PASSWORD), ("ada", "wrong"), ("", "")):
        page = as_ada.post("/settings/account/delete/", {"typed": typed, "password": password})
        assert page.status_code == 200
    assert User.objects.get().deleted_at is None


def test_a_person_who_left_is_nobody_in_particular(as_ada, ada, monkeypatch):
    told = []
    monkeypatch.setattr(leaving, "BEFORE", [lambda user: told.append(user.username)])
    secret = tokens.issue(ada, "laptop", ["read"])[1]
    answer = as_ada.post("/settings/account/delete/", {"typed": "ada", "password": PASSWORD})
    assert answer["Location"] == "/"
    ghost = User.objects.get()
    assert told == ["ada"]
    assert (str(ghost), ghost.username, ghost.email, ghost.is_active) == ("deleted user", f"ghost-{ada.pk}", "", False)
    assert tokens.authenticate(secret) is None
    assert not EmailAddress.objects.exists()
    assert not Authenticator.objects.exists()
    assert as_ada.get("/settings/account/").status_code == 302
    assert not as_ada.login(username=ghost.username, password=PASSWORD)


def test_the_last_owner_of_others_cannot_leave(as_ada, ada, lab, grace):
    set_role(lab, grace, "member")
    page = as_ada.post("/settings/account/delete/", {"typed": "ada", "password": PASSWORD})
    assert "last owner" in str(page.context["delete_form"].non_field_errors())
    assert User.objects.get(pk=ada.pk).deleted_at is None


@pytest.mark.parametrize("name", ["profile", "tokens", "notifications", "account"])
def test_settings_pages_need_a_sign_in(client, name):
    assert client.get(f"/settings/{name}/")["Location"].startswith("/accounts/login/?next=")
