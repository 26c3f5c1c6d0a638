"""The pages and the API around imports and mirrors: what they show, whom they let in."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import tokens
from designs.models import Import, Mirror
from designs.models.transfer import imports_folder
from jobs.lease import Lease
from jobs.models import State
from tests.designs.test_imports import work, zipped
from tests.factories import make_project, make_user
from tests.transfers import clear

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rooms():
    clear()


@pytest.fixture
def ada(client):
    made = make_user("ada")
    client.force_login(made)
    return made


def sent(**more):
    return {"owner": "ada", "name": "Brought", "licence": "MIT", "visibility": "public", **more}


def page(client, address):
    return client.get(address).content.decode()


def test_each_of_the_three_ways_has_its_field(client, ada):
    assert 'name="url"' in page(client, "/new/import/")
    for way in ("bundle", "zip"):
        shown = page(client, f"/new/import/?from={way}")
        assert ('type="file"' in shown, 'name="url"' in shown) == (True, False)
    assert 'href="/new/import/"' in page(client, "/new/")


def test_a_sent_zip_is_followed_to_the_design_it_becomes(client, ada):
    file = SimpleUploadedFile("w.zip", zipped({"a.stl": "solid a\nendsolid a\n"}))
    answer = client.post("/new/import/?from=zip", sent(file=file))
    assert answer.status_code == 302
    waiting = page(client, answer["Location"])
    assert 'hx-trigger="every 1s"' in waiting
    assert "Waiting for its turn" in waiting
    work(Import.objects.get())
    done = page(client, answer["Location"])
    assert "hx-trigger" not in done
    assert 'href="/@ada/brought/"' in done
    assert 'href="/@ada/brought/tree/main"' in done
    assert client.get("/@ada/brought/").status_code == 200


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://forge.example/a", "must begin with https://"),
        ("https://127.0.0.1/a", "not on the open net"),
        ("https://ada:pw@forge.example/a", "there are fields for them"),
        ("https://[::ffff:10.0.0.1]/a", "not on the open net"),
        ("https://nowhere.invalid/a", "cannot be found"),
    ],
)
def test_an_address_that_may_not_be_asked_is_told_at_once(client, ada, url, said):
    answer = client.post("/new/import/", sent(url=url))
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert "pw@" not in answer.content.decode() or "ada:pw" in url
    assert not Import.objects.exists()


def test_a_taken_address_is_told_at_once(client, ada):
    make_project(ada, name="Brought")
    answer = client.post("/new/import/?from=zip", sent(file=SimpleUploadedFile("w.zip", b"x")))
    assert (answer.status_code, "already a project at this address" in answer.content.decode()) == (422, True)
    assert list(imports_folder().iterdir()) == []


def test_an_import_is_nobody_elses_business(client, ada):
    client.post("/new/import/?from=zip", sent(file=SimpleUploadedFile("w.zip", b"x")))
    row = Import.objects.get()
    for who in (None, make_user("eve")):
        client.logout()
        if who:
            client.force_login(who)
        for address in (row.get_absolute_url(), f"/imports/{row.token}/cancel/", f"/imports/{row.token}/retry/"):
            status = (client.get if address.endswith(f"{row.token}/") else client.post)(address).status_code
            assert status == (404 if who else 302)
    row.refresh_from_db()
    assert not row.is_cancelled


def test_cancel_and_try_again_from_the_page(client, ada):
    client.post("/new/import/?from=zip", sent(file=SimpleUploadedFile("w.zip", zipped({"a": "a"}))))
    row = Import.objects.get()
    Import.objects.update(state=State.FAILED, attempts=3, said="The other side does not answer.")
    shown = page(client, row.get_absolute_url())
    assert "The other side does not answer." in shown
    assert "Try again" in shown
    client.post(f"/imports/{row.token}/retry/")
    row.refresh_from_db()
    assert (row.state, row.attempts) == (State.READY, 0)
    client.post(f"/imports/{row.token}/cancel/")
    assert "Nothing of it was kept." in page(client, row.get_absolute_url())
    assert list(imports_folder().iterdir()) == []


def test_a_refusal_is_shown_as_text_whatever_it_quotes(client, ada):
    client.post("/new/import/?from=zip", sent(file=SimpleUploadedFile("w.zip", b"x")))
    Import.objects.update(state=State.DONE, phase="refused", said="“<img src=x onerror=alert(1)>” is bad\nAnd this")
    shown = page(client, Import.objects.get().get_absolute_url())
    assert "<img src=x" not in shown
    assert shown.count('class="notice"') == 2


def api(client, method, path, user, body=None, **values):
    _, secret = tokens.issue(user, "t", ["read", "write"])
    extra = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    if body is not None:
        values |= {"data": json.dumps(body), "content_type": "application/json"}
    return getattr(client, method)(f"/api/v1{path}", **values, **extra)


def test_the_api_starts_an_import_and_tells_how_far_it_is(client, ada, settings):
    settings.IMPORT_ALLOWED_HOSTS = ["localhost"]
    client.logout()
    answer = api(client, "post", "/imports", ada, {"url": "https://localhost/a.git", "name": "Brought", "secret": "s3"})
    assert answer.status_code == 202
    told = answer.json()
    assert (told["phase"], told["project"], told["url"]) == ("waiting", None, "https://localhost/a.git")
    assert "s3" not in answer.content.decode().replace(told["id"], "")
    assert api(client, "get", f"/imports/{told['id']}", ada).json() == told
    assert [one["id"] for one in api(client, "get", "/imports", ada).json()["items"]] == [told["id"]]
    eve = make_user("eve")
    assert api(client, "get", f"/imports/{told['id']}", eve).status_code == 404
    assert api(client, "delete", f"/imports/{told['id']}", eve).status_code == 404
    assert api(client, "delete", f"/imports/{told['id']}", ada).json()["phase"] == "cancelled"


def test_the_api_takes_a_zip_and_names_the_project_it_became(client, ada):
    client.logout()
    _, secret = tokens.issue(ada, "t", ["write"])
    body = {"source": "zip", "name": "Brought", "file": SimpleUploadedFile("w.zip", zipped({"a.txt": "a"}))}
    answer = client.post("/api/v1/imports/files", body, HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert answer.status_code == 202, answer.content
    work(Import.objects.get())
    assert api(client, "get", f"/imports/{answer.json()['id']}", ada).json()["project"] == "ada/brought"


def test_a_refused_address_is_a_problem_with_its_sentence(client, ada):
    client.logout()
    answer = api(client, "post", "/imports", ada, {"url": "https://10.0.0.1/a", "name": "Brought"})
    assert (answer.status_code, answer.json()["code"]) == (422, "private")


def test_mirrors_are_for_those_who_manage(client, ada, settings):
    settings.IMPORT_ALLOWED_HOSTS = ["localhost"]
    make_project(ada, name="Widget")
    address = "/@ada/widget/settings/mirrors/"
    form = {"direction": "out", "url": "https://localhost/w.git", "secret": "s3cret"}
    assert client.post(address, form).status_code == 302
    row = Mirror.objects.get()
    shown = page(client, address)
    assert "https://localhost/w.git" in shown
    assert "s3cret" not in shown
    client.force_login(make_user("eve"))
    assert client.get(address).status_code == 403
    assert client.post(f"{address}{row.pk}/remove/").status_code == 403
    client.force_login(ada)
    other = make_project(ada, name="Other")
    assert client.post(f"/@ada/{other.slug}/settings/mirrors/{row.pk}/remove/").status_code == 404
    claimed = Mirror.objects.all().claim("test")
    client.post(f"{address}{row.pk}/sync/")
    row.refresh_from_db()
    assert row.is_asked_again
    Lease(claimed).finish(lambda: None)
    client.post(f"{address}{row.pk}/remove/")
    assert not Mirror.objects.exists()


def test_a_mirror_of_a_private_address_is_refused_on_the_page(client, ada):
    make_project(ada, name="Widget")
    answer = client.post("/@ada/widget/settings/mirrors/", {"direction": "in", "url": "https://192.168.1.1/w"})
    assert (answer.status_code, "not on the open net" in answer.content.decode()) == (422, True)
