"""How much may be stored: counted once a content, shown before it hurts, set by staff."""

import pytest

from designs import quota
from designs.models import LfsObject, Project
from tests.factories import make_organisation, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_user("ada")


def fill(project, git_bytes, **contents):
    Project.objects.filter(pk=project.pk).update(git_bytes=git_bytes)
    for letter, size in contents.items():
        LfsObject.objects.create(project=project, sha256=letter * 64, size=size)


def allow(namespace, limit):
    namespace.quota = limit
    namespace.save(update_fields=["quota"])


def test_a_content_in_two_projects_of_one_owner_counts_once(ada):
    one, two, trashed = (make_project(ada, name) for name in ("One", "Two", "Three"))
    LfsObject.objects.all().delete()
    fill(one, 100, a=1000, b=50)
    fill(two, 10, a=1000)
    fill(trashed, 1, c=7)
    Project.objects.filter(pk=trashed.pk).update(deleted_at="2026-01-01T00:00:00Z")
    assert quota.usage(ada.namespace) == 100 + 10 + 1000 + 50


def test_the_own_limit_of_a_namespace_goes_before_the_sites(ada, settings):
    settings.QUOTA = 5000
    assert quota.limit(ada.namespace) == 5000
    allow(ada.namespace, 70)
    assert quota.limit(ada.namespace) == 70
    allow(ada.namespace, 0)
    assert quota.Room(ada.namespace).take(1 << 60)


@pytest.mark.parametrize(("used", "severity"), [(500, ""), (900, "warning"), (1000, "error")])
def test_the_account_and_the_upload_page_warn_before_it_hurts(client, ada, used, severity):
    fill(make_project(ada), used)
    allow(ada.namespace, 1000)
    client.force_login(ada)
    account = client.get("/settings/account/").content.decode()
    assert "of 1000\xa0bytes used" in account
    upload = client.get("/@ada/widget/upload/").content.decode()
    assert ('class="room"' in upload) == bool(severity)
    for page in (account, upload):
        assert (f'class="room" data-severity="{severity}"' in page) == bool(severity)


def test_members_see_what_their_organisation_stores(client, ada):
    organisation = make_organisation(owner=ada)
    allow(organisation.namespace, 2000)
    client.force_login(ada)
    page = client.get("/organisations/lab/members/").content.decode()
    assert "0\xa0bytes of 2.0\xa0KB used" in page


def test_staff_set_the_quota_of_a_handle_and_not_the_handle(client, ada):
    boss = make_user("boss", is_staff=True)
    boss.is_superuser = True
    boss.save()
    client.force_login(boss)
    at = f"/admin/accounts/namespace/{ada.namespace.pk}/change/"
    assert client.get(at).status_code == 200
    client.post(at, {"handle": "eve", "quota": "123"})
    ada.namespace.refresh_from_db()
    assert (ada.namespace.handle, ada.namespace.quota) == ("ada", 123)
