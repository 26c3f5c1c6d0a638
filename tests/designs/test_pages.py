"""What people see and do on the pages of a project."""

import html
import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from designs.actions.change_project import move_project
from designs.models import Analysis, Project, Report
from jobs.models import Job
from tests import factories

pytestmark = pytest.mark.django_db
CUBE = b"solid x\nendsolid x\n"


@pytest.fixture
def ada():
    return factories.make_user("ada")


@pytest.fixture
def project(ada):
    made = factories.make_project(ada, summary="A knob for a stove.")
    factories.commit(made, {"knob.stl": CUBE, "parts/lid.stl": CUBE + b"\n", "notes.txt": "first\n"}, message="Parts")
    return made


@pytest.fixture
def signed_in(client, ada):
    client.force_login(ada)
    return client


def _text(answer):
    return answer.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/search/?q=widget",
        "/@ada/",
        "/@ada/widget/",
        "/@ada/widget/tree/main",
        "/@ada/widget/tree/main/",
        "/@ada/widget/tree/main/parts",
        "/@ada/widget/blob/main/knob.stl",
        "/@ada/widget/blob/main/README.md",
        "/@ada/widget/blob/main/notes.txt",
        "/@ada/widget/commits/",
        "/@ada/widget/history/main/knob.stl",
        "/@ada/widget/history/main/parts",
        "/@ada/widget/releases/",
        "/@ada/widget/report/",
        "/sitemap.xml",
        "/robots.txt",
    ],
)
def test_a_public_project_is_open_to_whoever_comes(client, project, address, index_now):
    index_now()
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/new/", "/trash/", "/@ada/widget/upload/", "/@ada/widget/settings/"])
def test_what_writes_asks_to_sign_in(client, project, address):
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_the_home_page_and_the_search_show_designs_without_signing_in(client, project, index_now):
    index_now()
    assert "A knob for a stove." in _text(client.get("/"))
    assert "A knob for a stove." in _text(client.get("/search/?q=knob"))
    assert "A knob for a stove." not in _text(client.get("/search/?q=boat"))


@pytest.mark.parametrize("stranger", ["", "mallory"])
def test_a_private_project_is_nowhere_for_a_stranger(client, project, stranger, index_now):
    index_now()
    Project.objects.update(visibility="private")
    if stranger:
        client.force_login(factories.make_user(stranger))
    file = project.files.filter(path="knob.stl").get()
    commit = project.repo.tip("main")
    for name, args in {
        "project": [],
        "tree": ["main"],
        "blob": ["main/knob.stl"],
        "edit": ["main/notes.txt"],
        "change": [],
        "upload": [],
        "upload_stage": [],
        "cover": [file.pk],
        "units": [file.pk],
        "moderate": [],
        "commits": [],
        "commit": [commit],
        "releases": [],
        "release_new": [],
        "settings": [],
        "analysis": [file.pk],
        "report": [],
    }.items():
        assert client.get(reverse(f"designs:{name}", args=["ada", "widget", *args])).status_code == 404, name
    assert "A knob for a stove." not in _text(client.get("/search/?q=knob"))
    assert "widget" not in _text(client.get("/sitemap.xml"))


def test_a_reader_may_not_upload_nor_change_settings(client, project):
    client.force_login(factories.make_user("mallory"))
    assert client.get("/@ada/widget/upload/").status_code == 403
    assert client.get("/@ada/widget/settings/").status_code == 403


def test_a_project_is_made_on_its_page(signed_in):
    values = {"owner": "ada", "name": "Big Box", "licence": "CC-BY-4.0", "visibility": "public", "tags": "Box, storage"}
    answer = signed_in.post("/new/", values)
    assert answer["Location"] == "/@ada/big-box/upload/"
    made = Project.objects.get()
    assert (made.name, made.licence, made.tags) == ("Big Box", "CC-BY-4.0", ["box", "storage"])
    assert made.head


def test_the_licence_picker_tells_open_from_not_open(signed_in):
    page = _text(signed_in.get("/new/"))
    groups = re.findall(r'<optgroup label="([^"]*)">(.*?)</optgroup>', page, re.DOTALL)
    assert "CERN-OHL-S-2.0" in groups[0][1]
    assert "CC-BY-NC-4.0" not in groups[0][1]
    assert "CC-BY-NC-4.0" in groups[1][1]


def _stage(client, path, content):
    answer = client.post("/@ada/widget/upload/stage/", {"file": SimpleUploadedFile("x", content), "path": path})
    return answer.json()["token"]


def test_staged_files_become_one_commit(signed_in, project):
    before = project.revisions.count()
    tokens = [_stage(signed_in, "new/a.stl", CUBE + b"a"), _stage(signed_in, "new/b.txt", b"b")]
    answer = signed_in.post(
        "/@ada/widget/upload/", {"staged": tokens, "message": "Two"}, headers={"Accept": "application/json"}
    )
    assert answer.json() == {"url": "/@ada/widget/"}
    revision = project.revisions.first()
    assert project.revisions.count() == before + 1
    assert revision.message.strip() == "Two"
    assert set(revision.files.values_list("path", flat=True)) == {"new/a.stl", "new/b.txt"}


def test_a_bad_name_is_refused_with_a_sentence_before_anything_is_kept(signed_in, project):
    answer = signed_in.post(
        "/@ada/widget/upload/stage/", {"file": SimpleUploadedFile("x", b"x"), "path": "../../etc/passwd"}
    )
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_without_scripts_files_arrive_with_the_form(signed_in, project):
    files = [SimpleUploadedFile("one.txt", b"1"), SimpleUploadedFile("two.txt", b"2")]
    answer = signed_in.post("/@ada/widget/upload/", {"files": files, "message": "Form", "folder": "docs"})
    assert answer.status_code == 302
    assert set(project.revisions.first().files.values_list("path", flat=True)) == {"docs/one.txt", "docs/two.txt"}


def test_a_zip_is_unpacked_when_asked_and_a_bad_one_leaves_nothing(signed_in, project):
    head = project.repo.tip("main")
    bad, good = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(bad, "w") as archive:
        archive.writestr("fine.txt", "x")
        archive.writestr("../evil.txt", "x")
    with zipfile.ZipFile(good, "w") as archive:
        archive.writestr("kit/a.txt", "x")
    token = _stage(signed_in, "bad.zip", bad.getvalue())
    assert signed_in.post("/@ada/widget/upload/", {"staged": [token], "expand_zip": "on"}).status_code == 422
    assert project.repo.tip("main") == head
    token = _stage(signed_in, "good.zip", good.getvalue())
    assert signed_in.post("/@ada/widget/upload/", {"staged": [token], "expand_zip": "on"}).status_code == 302
    assert list(project.revisions.first().files.values_list("path", flat=True)) == ["kit/a.txt"]


def test_a_text_file_is_edited_as_a_commit_and_never_over_somebody_elses(signed_in, project):
    page = "/@ada/widget/edit/main/notes.txt"
    seen = project.repo.tip("main")
    assert "first" in _text(signed_in.get(page))
    answer = signed_in.post(page, {"content": "second\r\n", "expect": seen})
    assert answer["Location"] == "/@ada/widget/blob/main/notes.txt"
    assert "second" in _text(signed_in.get(answer["Location"]))
    late = signed_in.post(page, {"content": "third\n", "expect": seen})
    assert late.status_code == 409
    assert "third" in _text(late)
    entry = project.repo.entry(project.repo.tip("main"), "notes.txt")
    assert project.repo.read(entry.oid, 100) == b"second\n"


def test_rename_and_delete_are_commits(signed_in, project):
    page = "/@ada/widget/change/"
    signed_in.post(page, {"action": "rename", "ref": "main", "path": "knob.stl", "to": "parts/knob.stl"})
    signed_in.post(page, {"action": "delete", "ref": "main", "path": "notes.txt"})
    entries = project.repo.tree(project.repo.tip("main"), recursive=True)
    assert {e.path for e in entries if e.kind == "blob"} == {*factories.FIRST, "parts/knob.stl", "parts/lid.stl"}


def test_old_addresses_lead_to_the_same_page_of_the_renamed_project(client, project, ada):
    move_project(project, slug="knob", by=ada)
    answer = client.get("/@ada/widget/blob/main/notes.txt?x=1")
    assert answer.status_code == 301
    assert answer["Location"] == "/@ada/knob/blob/main/notes.txt?x=1"


def test_a_branch_with_a_slash_in_its_name_has_an_address(client, project):
    factories.commit(project, {"wing.txt": "w"}, branch="feature/wing")
    assert client.get("/@ada/widget/blob/feature/wing/wing.txt").status_code == 200
    assert client.get("/@ada/widget/tree/feature/wing").status_code == 200
    assert client.get("/@ada/widget/tree/feature/nothing").status_code == 404


def test_the_owner_changes_metadata_address_and_people(signed_in, project):
    page = "/@ada/widget/settings/"
    factories.make_user("grace")
    values = {"name": "Knob", "licence": "CC0-1.0", "visibility": "unlisted", "default_branch": "main"}
    assert signed_in.post(page, {"action": "describe", **values}).status_code == 302
    assert signed_in.post(page, {"action": "invite", "handle": "@grace", "role": "writer"}).status_code == 302
    assert signed_in.post(page, {"action": "invite", "handle": "nobody", "role": "writer"}).status_code == 422
    assert signed_in.post(page, {"action": "address", "slug": "knob"})["Location"] == "/@ada/knob/settings/"
    project.refresh_from_db()
    assert (project.name, project.licence, project.visibility, project.slug) == ("Knob", "CC0-1.0", "unlisted", "knob")
    assert project.collaborators.get().user.username == "grace"


def test_a_project_is_deleted_only_by_its_name_and_comes_back_from_the_trash(signed_in, project):
    page = "/@ada/widget/settings/"
    assert signed_in.post(page, {"action": "delete", "name": "widget"}).status_code == 422
    assert signed_in.post(page, {"action": "delete", "name": "ada/widget"}).status_code == 302
    assert signed_in.get("/@ada/widget/").status_code == 404
    assert "Widget" in _text(signed_in.get("/trash/"))
    signed_in.post(f"/trash/{project.pk}/restore/")
    assert signed_in.get("/@ada/widget/").status_code == 200


def test_a_stranger_restores_nothing(client, project):
    client.force_login(factories.make_user("mallory"))
    assert client.post(f"/trash/{project.pk}/restore/").status_code == 404


def test_a_release_shows_its_frozen_files(signed_in, project):
    answer = signed_in.post("/@ada/widget/releases/new/", {"tag": "v1.0", "target": "main", "notes": "**First**"})
    assert answer["Location"] == "/@ada/widget/releases/v1.0/"
    page = _text(signed_in.get(answer["Location"]))
    assert "knob.stl" in page
    assert "<strong>First</strong>" in page
    assert signed_in.post("/@ada/widget/releases/new/", {"tag": "v1.0", "target": "main"}).status_code == 422


def test_a_commit_shows_what_changed_in_text(client, project):
    revision = factories.commit(project, {"notes.txt": "second <b>\n"}, message="Better notes")
    page = _text(client.get(f"/@ada/widget/commit/{revision.commit}/"))
    assert "+second &lt;b&gt;" in page
    assert "-first" in page
    assert client.get(f"/@ada/widget/commit/{'0' * 40}/").status_code == 404


def test_a_deleted_persons_commits_show_a_deleted_user(client, project, ada, django_user_model):
    from django.utils import timezone

    django_user_model.objects.update(deleted_at=timezone.now())
    assert "deleted user" in _text(client.get("/@ada/widget/commits/"))


def test_the_page_polls_until_the_analysis_ends(client, project):
    page = _text(client.get("/@ada/widget/blob/main/knob.stl"))
    address = re.search(r'hx-get="([^"]+)"', page)[1]
    assert "hx-get" in _text(client.get(address))
    Analysis.objects.update(state=Job.State.DONE, facts={"size_mm": [40, 20, 10], "triangles": 12, "units": "mm"})
    done = _text(client.get(address))
    assert "hx-get" not in done
    assert "40.0 × 20.0 × 10.0 mm" in done


def test_a_refusal_is_a_result_with_its_sentence(client, project):
    Analysis.objects.update(
        state=Job.State.DONE, refusal_code="strange", refusal={"sentence": "The file holds no triangles."}
    )
    page = _text(client.get("/@ada/widget/blob/main/knob.stl"))
    assert "The file holds no triangles." in page
    assert "hx-get" not in page


def test_anybody_reports_and_staff_hide(client, project):
    client.post("/@ada/widget/report/", {"reason": "spam", "details": "Again."})
    assert Report.objects.get().reporter is None
    assert client.post("/@ada/widget/moderate/", {"action": "hide"}).status_code == 404
    client.force_login(factories.make_user("warden", is_staff=True))
    client.post("/@ada/widget/moderate/", {"action": "hide", "reason": "Spam"})
    client.logout()
    assert client.get("/@ada/widget/").status_code == 404


def test_the_owner_chooses_units_and_cover(signed_in, project):
    file = project.files.get(path="parts/lid.stl")
    signed_in.post(f"/@ada/widget/units/{file.pk}/", {"units": "inch"})
    signed_in.post(f"/@ada/widget/cover/{file.pk}/")
    file.refresh_from_db()
    project.refresh_from_db()
    assert file.units == "inch"
    assert project.cover == file


@pytest.mark.parametrize("name", ["ça & là.txt", "#1 'quoted'.txt", "smile 😀.txt", "100%25.txt"])
def test_files_of_any_name_have_a_page(client, project, name):
    factories.commit(project, {f"odd/{name}": "hello"})
    tree = _text(client.get("/@ada/widget/tree/main/odd"))
    (address,) = re.findall(r'href="(/@ada/widget/blob/main/odd/[^"]+)"', tree)
    assert "hello" in _text(client.get(html.unescape(address)))


@pytest.mark.parametrize(
    "address", ["/?page=x", "/search/?page=-3&q=%00", "/search/?page=99999999999", "/@ada/?page=9e9"]
)
def test_odd_questions_are_answered_calmly(client, project, address, index_now):
    index_now()
    assert client.get(address).status_code == 200


def test_an_empty_project_has_pages_too(signed_in, ada):
    factories.make_project(ada, name="Bare", readme=False)
    for page in ("", "commits/", "releases/", "upload/", "settings/", "releases/new/"):
        assert signed_in.get(f"/@ada/bare/{page}").status_code == 200, page
