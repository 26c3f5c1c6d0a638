"""Large files on the site: kept outside git, and shown, measured and sent as themselves everywhere."""

import hashlib
import io
import os
import re
import zipfile

import pytest

from designs import contents, large_files, pipeline
from designs.actions.commit_files import commit_files
from designs.actions.errors import RefusedError
from designs.actions.publish_release import publish_release
from designs.actions.rebuild import rebuild_project
from designs.actions.receive_contents import receive_contents
from designs.actions.receive_push import catch_up
from designs.models import Analysis, LfsObject
from storage import blobs
from storage.git.types import Move, Signature
from storage.lfs import pointer
from storage.lfs.pointer import Pointer
from tests import factories

pytestmark = pytest.mark.django_db
MESH = b"solid big\n" + b" " * 3000 + b"endsolid big\n"
SHA = hashlib.sha256(MESH).hexdigest()
RAW = "/@ada/widget/raw/main/part.stl"


@pytest.fixture
def ada():
    return factories.make_user("ada")


@pytest.fixture
def project(ada):
    project = factories.make_project(ada)
    factories.commit(project, {"part.stl": MESH, "notes.txt": "plain"})
    return project


def entry(project, path):
    return project.repo.entry(project.repo.tip("main"), path)


def in_git(project, path):
    return project.repo.read(entry(project, path).oid, 1 << 20)


def push(project, path, content):
    """What a push of a plain blob leaves on the default branch, before it is indexed."""
    import tempfile
    from pathlib import Path

    from storage.git.types import Put

    project.repo.mark_unindexed()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "content"
        file.write_bytes(content)
        return project.repo.commit("main", [Put(path, file)], author=Signature("B", "b@example.org"), message="Push")


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize(
    ("path", "size", "large"),
    [
        ("a.stl", 1, True), ("A.STL", 1, True), ("x/a.step", 9, True), ("a.3mf", 9, True), ("a.FCStd", 9, True),
        ("a.stl.gz", 9, True), ("a.blend", 9, True), ("a.obj", 9, True), ("a.sldprt", 9, True),
        ("a.scad", 9, False), ("a.svg", 9, False), ("a.dxf", 9, False), ("a.gcode", 9, False), ("a.png", 9, False),
        ("a.svg", 600_000, True), ("a.png", 524_289, True), ("a.png", 524_288, False), ("noname", 600_000, True),
        ("README.md", 600_000, False), ("docs/guide.md", 600_000, False), ("LICENSE", 600_000, False),
        ("README.md", 40 << 20, True), (".gitattributes", 600_000, False), ("sub/.gitattributes", 40 << 20, False),
        ("a.stl", 0, False), ("stl", 9, False), ("readme.stl", 9, True),
    ],
)  # fmt: skip
def test_meshes_cad_and_large_files_go_by_lfs_and_sources_of_text_do_not(path, size, large):
    assert large_files.wants(path, size) == large


def test_a_new_project_tells_clones_which_files_are_large(project):
    lines = in_git(project, ".gitattributes").decode().splitlines()
    assert "*.[sS][tT][lL] filter=lfs diff=lfs merge=lfs -text" in lines
    assert "*.3[mM][fF] filter=lfs diff=lfs merge=lfs -text" in lines
    assert not [line for line in lines if not line.startswith("*.")]


def test_git_has_the_pointer_the_store_the_content_and_the_project_the_right_to_it(project):
    assert pointer.parse(in_git(project, "part.stl")) == Pointer(SHA, len(MESH))
    assert blobs.exists(SHA)
    assert (project.lfs_objects.get().sha256, project.lfs_objects.get().size) == (SHA, len(MESH))
    file = project.files.get(path="part.stl")
    assert (file.sha256, file.size, file.format) == (SHA, len(MESH), "stl")
    assert file.oid == entry(project, "part.stl").oid


def test_the_row_is_there_before_the_branch_moves(project, ada, monkeypatch):
    from storage.git import commits

    seen = []
    run = commits.run

    def spy(repo, args, **more):
        if args[0] == "update-ref":
            seen.append(project.lfs_objects.filter(size=7).exists())
        return run(repo, args, **more)

    monkeypatch.setattr(commits, "run", spy)
    factories.commit(project, {"other.stl": "solid x"})
    assert seen == [True]


def test_a_commit_whose_process_died_before_it_was_indexed_keeps_its_large_files(project, ada, monkeypatch):
    from designs.actions import commit_files as action

    def dies(*args, **more):
        raise RuntimeError("killed")

    monkeypatch.setattr(action, "receive_push", dies)
    with pytest.raises(RuntimeError):
        factories.commit(project, {"lost.stl": "solid lost"})
    monkeypatch.undo()
    assert not project.files.filter(path="lost.stl").exists()
    assert catch_up() == 1
    file = project.files.get(path="lost.stl")
    assert (file.sha256, file.size) == (hashlib.sha256(b"solid lost").hexdigest(), 10)


def test_rebuilding_finds_the_same_contents(project):
    before = set(project.files.values_list("path", "oid", "sha256", "size", "format"))
    project.revisions.all().delete()
    rebuild_project(project)
    assert set(project.files.values_list("path", "oid", "sha256", "size", "format")) == before


def test_raw_sends_the_content_of_a_pointer_as_of_a_plain_file(client, project):
    answer = client.get(RAW)
    assert (answer.status_code, body(answer)) == (200, MESH)
    assert answer["Content-Length"] == str(len(MESH))
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["Content-Disposition"] == 'attachment; filename="part.stl"'
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert body(client.get("/api/v1/projects/ada/widget/raw/main/part.stl")) == MESH
    assert body(client.get("/@ada/widget/raw/main/notes.txt")) == b"plain"
    head = client.head(RAW)
    assert (head.status_code, head.content, head["Content-Length"]) == (200, b"", str(len(MESH)))


@pytest.mark.parametrize("path", ["part.stl", "old.stl", "tiny.txt"])
@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("bytes=0-3", 0, 4), ("bytes=2-", 2, None), ("bytes=-5", -5, None), ("bytes=4-999999", 4, None)],
)
def test_a_part_of_a_file_can_be_asked_for(client, project, path, asked, start, stop):
    push(project, "old.stl", MESH)
    push(project, "tiny.txt", b"0123456789")
    whole = b"0123456789" if path == "tiny.txt" else MESH
    answer = client.get(f"/@ada/widget/raw/main/{path}", HTTP_RANGE=asked)
    part = whole[start:stop]
    assert (answer.status_code, body(answer)) == (206, part)
    first = whole.index(part) if path == "tiny.txt" else (start if start >= 0 else len(whole) + start)
    assert answer["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{len(whole)}"
    assert answer["Content-Length"] == str(len(part))


def test_a_range_beyond_the_end_is_416_and_an_odd_one_is_the_whole(client, project):
    beyond = client.get(RAW, HTTP_RANGE=f"bytes={len(MESH)}-")
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(MESH)}")
    assert client.get(RAW, HTTP_RANGE="bytes=-0").status_code == 416
    for odd in ("bytes=9-2", "bytes=a-b", "lines=1-2", "bytes=0-1,5-9", "bytes=-"):
        assert (client.get(RAW, HTTP_RANGE=odd)).status_code == 200, odd


def test_a_download_is_taken_up_again_only_while_the_file_is_the_same(client, project):
    etag = client.get(RAW)["ETag"]
    same = client.get(RAW, HTTP_RANGE="bytes=5-", HTTP_IF_RANGE=etag)
    assert (same.status_code, body(same)) == (206, MESH[5:])
    factories.commit(project, {"part.stl": b"solid new"})
    other = client.get(RAW, HTTP_RANGE="bytes=5-", HTTP_IF_RANGE=etag)
    assert (other.status_code, body(other)) == (200, b"solid new")
    now = other["ETag"]
    assert now != etag
    assert client.get(RAW, HTTP_IF_NONE_MATCH=now).status_code == 304


def test_nginx_sends_what_a_folder_holds_where_a_setting_says_so(client, project, settings):
    settings.X_ACCEL_REDIRECT = "/stored/"
    answer = client.get(RAW)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["X-Accel-Redirect"] == f"/stored/{SHA[:2]}/{SHA[2:4]}/{SHA}"
    assert answer["Content-Disposition"] == 'attachment; filename="part.stl"'
    assert "X-Accel-Redirect" not in client.get("/@ada/widget/raw/main/notes.txt")


def test_a_zip_holds_the_contents_with_their_modes_and_times(client, project):
    push(project, "old.stl", b"older than large files")
    factories.commit(project, {"é à/naïve [1].bin": os.urandom(600_000), "empty.stl": b""})
    commit = project.repo.commit_info(project.repo.tip("main"))
    answer = client.get("/@ada/widget/archive/main.zip")
    with zipfile.ZipFile(io.BytesIO(body(answer))) as opened:
        assert opened.testzip() is None
        found = {info.filename.removeprefix("widget-main/"): info for info in opened.infolist()}
        assert set(found) - {"ATTRIBUTION.md"} == {
            ".gitattributes", "README.md", "part.stl", "notes.txt", "old.stl", "é à/naïve [1].bin", "empty.stl",
        }  # fmt: skip
        assert opened.read(found["part.stl"]) == MESH
        assert opened.read(found["old.stl"]) == b"older than large files"
        assert opened.read(found["empty.stl"]) == b""
        assert len(opened.read(found["é à/naïve [1].bin"])) == 600_000
    assert found["part.stl"].external_attr >> 16 == 0o100644
    assert abs(found["part.stl"].date_time[5] - commit.at.second) <= 2


def test_the_sizes_on_the_pages_are_those_of_the_contents(client, project):
    factories.commit(project, {"big.stl": b"0" * 3_000_000})
    tree = client.get("/@ada/widget/tree/main").content.decode()
    assert re.search(r"big\.stl.*?2\.9\sMB", tree, re.DOTALL)
    assert re.search(r"2\.9\sMB", client.get("/@ada/widget/blob/main/big.stl").content.decode())
    listed = client.get("/api/v1/projects/ada/widget/files").json()["items"]
    assert {one["path"]: one["size"] for one in listed}["big.stl"] == 3_000_000
    assert client.get("/api/v1/projects/ada/widget/files/big.stl").json()["size"] == 3_000_000


def test_text_and_pictures_behind_pointers_are_shown_and_edited_as_themselves(client, project, ada):
    client.force_login(ada)
    rule = b"*.txt filter=lfs diff=lfs merge=lfs -text\nREADME.md filter=lfs diff=lfs merge=lfs -text\n"
    factories.commit(project, {".gitattributes": rule})
    factories.commit(project, {"notes.txt": "line one\n", "README.md": "# Turning knob\n"})
    assert pointer.parse(in_git(project, "notes.txt")).size == 9
    assert "line one" in client.get("/@ada/widget/blob/main/notes.txt").content.decode()
    assert "Turning knob" in client.get("/@ada/widget/tree/main").content.decode()
    page = client.get("/@ada/widget/edit/main/notes.txt")
    assert page.context["form"].initial["content"] == "line one\n"
    sent = {"content": "line two\n", "expect": project.repo.tip("main")}
    assert client.post("/@ada/widget/edit/main/notes.txt", sent).status_code == 302
    assert pointer.parse(in_git(project, "notes.txt")).sha256 == hashlib.sha256(b"line two\n").hexdigest()
    shown = client.get(f"/@ada/widget/commit/{project.repo.tip('main')}/").content.decode()
    assert "line one" in shown
    assert "line two" in shown


def test_a_release_freezes_the_contents_behind_the_pointers(project, ada):
    release = publish_release(project, by=ada, tag="v1")
    [frozen] = [file for file in release.files if file["path"] == "part.stl"]
    assert (frozen["sha256"], frozen["size"]) == (SHA, len(MESH))


def test_the_kernel_gets_the_content_and_never_the_pointer(project, tmp_path):
    assert pipeline.fetch(SHA, "stl", tmp_path / "one").read_bytes() == MESH
    push(project, "old.stl", b"solid old")
    catch_up()
    old = hashlib.sha256(b"solid old").hexdigest()
    assert pipeline.fetch(old, "stl", tmp_path / "two").read_bytes() == b"solid old"
    blobs.delete(SHA)
    with pytest.raises(LookupError):
        pipeline.fetch(SHA, "stl", tmp_path / "three")


def test_a_pointer_gives_nobody_the_content_of_another_project(client, project):
    mallory = factories.make_user("mallory")
    theirs = factories.make_project(mallory, name="Trap")
    with pytest.raises(RefusedError) as refused:
        factories.commit(theirs, {"part.stl": Pointer(SHA, len(MESH)).encode()})
    assert refused.value.code == "pointer"
    push(theirs, "part.stl", Pointer(SHA, len(MESH)).encode())
    catch_up()
    file = theirs.files.get(path="part.stl")
    assert (file.sha256 == SHA, file.format) == (False, "")
    for address in ("/@mallory/trap/raw/main/part.stl", "/api/v1/projects/mallory/trap/raw/main/part.stl"):
        answer = client.get(address)
        assert (answer.status_code, b"has not arrived" in answer.content) == (404, True)
    page = client.get("/@mallory/trap/blob/main/part.stl").content.decode()
    assert "stored with Git LFS; the content has not arrived yet" in page
    with zipfile.ZipFile(io.BytesIO(body(client.get("/@mallory/trap/archive/main.zip")))) as opened:
        assert pointer.parse(opened.read("trap-main/part.stl")) == Pointer(SHA, len(MESH))
        assert "part.stl" in opened.read("trap-main/MISSING.txt").decode()
    assert client.get("/@mallory/trap/").status_code == 200
    assert client.get("/@mallory/trap/tree/main").status_code == 200


def test_a_pointer_to_what_the_project_holds_is_that_content_under_another_name(client, project):
    factories.commit(project, {"copy.dat": Pointer(SHA, len(MESH)).encode()})
    assert body(client.get("/@ada/widget/raw/main/copy.dat")) == MESH
    assert "/copy.dat filter=lfs" in in_git(project, ".gitattributes").decode()


def test_a_content_that_the_store_has_lost_is_told_so(client, project):
    blobs.delete(SHA)
    assert client.get(RAW).status_code == 404
    with zipfile.ZipFile(io.BytesIO(body(client.get("/@ada/widget/archive/main.zip")))) as opened:
        assert "part.stl" in opened.read("widget-main/MISSING.txt").decode()


def test_a_rename_keeps_the_content(client, project, ada):
    commit_files(project, [Move("part.stl", "renamed.data")], by=ada)
    assert body(client.get("/@ada/widget/raw/main/renamed.data")) == MESH
    assert LfsObject.objects.count() == 1


def test_the_way_to_clone_says_what_large_files_need(client, project, ada):
    said = client.get("/@ada/widget/").content.decode()
    assert "three-line pointers" in said
    assert "git lfs install &amp;&amp; git lfs pull" in said
    factories.make_project(ada, name="Bare")
    assert "three-line pointers" not in client.get("/@ada/bare/").content.decode()


def test_describing_reads_all_blobs_by_one_child_and_leaves_out_what_is_not_there(project):
    oids = [entry(project, path).oid for path in ("part.stl", "notes.txt", "README.md")]
    found = contents.describe(project, [*oids, "0" * 40])
    assert set(found) == set(oids)
    assert found[oids[0]] == contents.Content(SHA, len(MESH))
    assert found[oids[1]] == contents.Content(hashlib.sha256(b"plain").hexdigest(), 5)


def test_a_project_can_ask_for_locks_and_take_that_back(client, project, ada):
    client.force_login(ada)
    page = "/@ada/widget/settings/"
    assert client.post(page, {"action": "locks", "wanted": "yes"}).status_code == 302
    project.refresh_from_db()
    lines = in_git(project, ".gitattributes").decode().splitlines()
    assert "*.[sS][tT][lL] filter=lfs diff=lfs merge=lfs -text lockable" in lines
    assert {line.endswith(" lockable") for line in lines} == {True}
    assert "read-only in clones until somebody locks them" in client.get(page).content.decode()
    head = project.head
    client.post(page, {"action": "locks", "wanted": "yes"})
    project.refresh_from_db()
    assert project.head == head, "no commit where nothing changes"
    client.post(page, {"action": "locks", "wanted": "no"})
    assert b"lockable" not in in_git(project, ".gitattributes")


def test_a_content_that_arrives_after_its_pointer_is_looked_at_then(project, tmp_path):
    late = b"solid late\nendsolid late\n"
    wanted = Pointer(hashlib.sha256(late).hexdigest(), len(late))
    push(project, "late.stl", wanted.encode())
    catch_up()
    assert project.files.get(path="late.stl").format == ""
    file = tmp_path / "late"
    file.write_bytes(late)
    assert large_files.keep(project, [file]) == [wanted]
    assert receive_contents(project, [wanted]) == 1
    row = project.files.get(path="late.stl")
    assert (row.sha256, row.size, row.format) == (wanted.sha256, wanted.size, "stl")
    assert Analysis.objects.filter(sha256=wanted.sha256).count() == 1
    assert receive_contents(project, [wanted]) == 0


def test_whoever_uploads_the_file_whose_content_was_missing_mends_it(client, project):
    late = b"solid late\nendsolid late\n"
    push(project, "late.stl", Pointer(hashlib.sha256(late).hexdigest(), len(late)).encode())
    catch_up()
    assert client.get("/@ada/widget/raw/main/late.stl").status_code == 404
    with pytest.raises(RefusedError):
        factories.commit(project, {"late.stl": late})
    assert body(client.get("/@ada/widget/raw/main/late.stl")) == late
    assert project.files.get(path="late.stl").size == len(late)


def test_an_upload_beyond_what_the_owner_may_store_is_refused_in_a_sentence(project, ada, settings):
    settings.QUOTA = 10_000
    with pytest.raises(RefusedError) as refused:
        factories.commit(project, {"big.stl": b"0" * 20_000})
    assert refused.value.code == "quota"
    assert not blobs.exists(hashlib.sha256(b"0" * 20_000).hexdigest())
