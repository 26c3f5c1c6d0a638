"""Projects brought in from bundles and ZIPs: whole with their history, or refused with a sentence that helps."""

import io
import subprocess
import time
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from designs.actions.request_import import cancel_import, request_import, retry_import
from designs.actions.run_import import run_import
from designs.models import Event, Import, Project
from designs.models.transfer import incoming_folder
from jobs.lease import Lease
from jobs.models import State
from tests.factories import commit, make_project, make_user
from tests.transfers import clear, leftovers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rooms():
    clear()


@pytest.fixture
def ada():
    return make_user("ada")


def ask(by, source, content, name="Brought", **values):
    return request_import(
        by.namespace,
        by=by,
        source=source,
        name=name,
        licence="CERN-OHL-S-2.0",
        visibility="public",
        file=SimpleUploadedFile("sent", content),
        **values,
    )


def work(row):
    """One attempt by a worker."""
    claimed = Import.objects.filter(pk=row.pk).claim("test", early=True)
    Lease(claimed).finish(run_import(claimed))
    return Import.objects.get(pk=row.pk)


def git(*words, **values):
    return subprocess.run(["git", *map(str, words)], check=True, capture_output=True, **values).stdout


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return out.getvalue()


@pytest.fixture
def history(ada, tmp_path):
    """A bundle of two branches and a tag."""
    project = make_project(ada, name="Source")
    commit(project, {"part.stl": b"solid a\nendsolid a\n"})
    commit(project, {"part.stl": b"solid b\nendsolid b\n"})
    commit(project, {"side.txt": b"side"}, branch="feature/x")
    git("-C", project.path, "tag", "v1", "main")
    git("-C", project.path, "bundle", "create", tmp_path / "b", "--all")
    return project, (tmp_path / "b").read_bytes()


def test_a_bundle_becomes_a_project_with_every_branch_tag_and_version(ada, history):
    source, bundle = history
    row = work(ask(ada, "bundle", bundle))
    assert (row.phase, row.said, row.state) == ("done", "", State.DONE)
    project = row.project
    assert (str(project), project.visibility, project.default_branch) == ("ada/brought", "public", "main")
    assert {ref.name: ref.commit for ref in project.repo.branches()} == {
        ref.name: ref.commit for ref in source.repo.branches()
    }
    assert [ref.name for ref in project.repo.tags()] == ["v1"]
    assert project.releases.count() == 0
    assert project.head == source.head
    assert project.revisions.count() == source.revisions.count() == 4
    assert project.files.filter(path="part.stl").count() == 2
    assert set(project.revisions.values_list("author", flat=True)) == {None}
    assert not Event.objects.filter(project=project).exists()
    assert project.repo.fsck() == []
    assert leftovers() == []


def test_a_zip_becomes_the_first_version_without_its_common_folder(ada):
    row = work(ask(ada, "zip", zipped({"widget-main/README.md": "# W", "widget-main/parts/a.stl": "solid"})))
    assert row.phase == "done", row.said
    tree = [entry.path for entry in row.project.repo.tree(row.project.head, recursive=True) if entry.kind == "blob"]
    assert {"README.md", "parts/a.stl"} <= set(tree)
    assert leftovers() == []


@pytest.mark.parametrize(
    ("source", "content", "said"),
    [
        ("zip", zipped({".git/config": "[core]", "a.stl": "solid"}), "git bundle create"),
        ("zip", zipped({"w/.GIT/hooks/x": "#!/bin/sh"}), "git bundle create"),
        ("zip", b"no zip at all", "cannot be read"),
        ("zip", zipped({}), "empty"),
        ("bundle", b"no bundle", "git bundle create project.bundle --all"),
        ("bundle", b"# v2 git bundle\n", "holds no branch"),
        ("bundle", b"# v2 git bundle\n" + b"1" * 40 + b" refs/heads/main\n\nPACK", "damaged"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_way_out(ada, source, content, said):
    row = work(ask(ada, source, content))
    assert row.phase == "refused"
    assert said in row.said
    assert not Project.objects.filter(slug="brought").exists()
    assert leftovers() == []


def test_a_part_of_a_history_is_refused_with_the_command_for_the_whole(ada, history, tmp_path):
    source, _bundle = history
    git("-C", source.path, "bundle", "create", tmp_path / "part", "main~1..main")
    row = work(ask(ada, "bundle", (tmp_path / "part").read_bytes()))
    assert row.phase == "refused"
    assert "rests on commits that are not in it" in row.said


def test_the_bundles_made_to_do_harm_are_refused_each_with_its_sentence(ada, shared):
    said = {}
    for file in sorted((shared / "hostile").glob("*.bundle")):
        row = work(ask(ada, "bundle", file.read_bytes(), name=f"Hostile {file.stem[7:]}"))
        said[file.stem] = (row.phase, row.said)
    assert "../evil.txt" in said["bundle_dotdot"][1]
    assert "unrecognized header" in said["bundle_not_a_bundle"][1]
    assert "may not start with a dash" in said["bundle_odd_names"][1]
    assert "“README.md” is a symbolic link" in said["bundle_symlinks"][1]
    assert {name: phase for name, (phase, _) in said.items()} == {
        "bundle_dotdot": "refused",
        "bundle_lfs_pointer": "done",
        "bundle_not_a_bundle": "refused",
        "bundle_odd_names": "refused",
        "bundle_symlinks": "refused",
    }
    assert leftovers() == []


def test_a_pointer_whose_content_did_not_come_is_named_and_the_import_stands(ada, shared):
    row = work(ask(ada, "bundle", (shared / "hostile" / "bundle_lfs_pointer.bundle").read_bytes()))
    [missing] = row.missing
    assert (row.phase, missing["path"].endswith(".stl"), len(missing["sha256"])) == ("done", True, 64)
    assert row.project.lfs_objects.count() == 0


def test_a_file_that_unpacks_to_more_than_git_may_hold_is_refused_before_it_is_read(ada, tmp_path, settings):
    settings.MAX_PLAIN = 1 << 20
    git("init", "-q", "-b", "main", tmp_path / "r")
    (tmp_path / "r" / "zeros.bin").write_bytes(bytes(80 << 20))
    git("-C", tmp_path / "r", "add", ".")
    git("-C", tmp_path / "r", "-c", "user.name=e", "-c", "user.email=e@e", "commit", "-qm", "bomb")
    git("-C", tmp_path / "r", "bundle", "create", tmp_path / "b", "--all")
    content = (tmp_path / "b").read_bytes()
    assert len(content) < 200_000
    row = work(ask(ada, "bundle", content))
    assert row.phase == "refused"
    assert "“zeros.bin” has 80 MiB" in row.said


def test_folders_that_unfold_without_end_are_refused_in_time(ada, tmp_path):
    git("init", "-q", "--bare", "-b", "main", tmp_path / "r")
    repo = "-C", tmp_path / "r"
    oid = git(*repo, "hash-object", "-w", "--stdin", input=b"x").decode().strip()
    kind, mode = "blob", "100644"
    for _ in range(9):
        entries = "".join(f"{mode} {kind} {oid}\tn{n}\n" for n in range(10))
        oid, kind, mode = git(*repo, "mktree", input=entries.encode()).decode().strip(), "tree", "040000"
    who = ["-c", "user.name=e", "-c", "user.email=e@e"]
    commit_id = git(*repo, *who, "commit-tree", oid, "-m", "bomb").decode().strip()
    git(*repo, "update-ref", "refs/heads/main", commit_id)
    git(*repo, "bundle", "create", tmp_path / "b", "--all")
    started = time.monotonic()
    row = work(ask(ada, "bundle", (tmp_path / "b").read_bytes()))
    assert (row.phase, "50,000 files" in row.said) == ("refused", True)
    assert time.monotonic() - started < 60


def test_a_history_larger_than_the_limit_is_refused_with_the_limit(ada, history, settings):
    row = ask(ada, "bundle", history[1])
    settings.MAX_IMPORT = 100
    row = work(row)
    assert (row.phase, "most that can be brought in" in row.said) == ("refused", True)
    assert leftovers() == []


def test_what_goes_beyond_the_quota_is_refused(ada, history):
    ada.namespace.quota = 100
    ada.namespace.save()
    row = work(ask(ada, "bundle", history[1]))
    assert (row.phase, "that you may store" in row.said) == ("refused", True)
    assert leftovers() == []


def test_branches_whose_names_have_no_place_here_are_left_out_and_told(ada, tmp_path, history):
    source, _ = history
    git("-C", source.path, "branch", "deps/@types/x", "main")
    git("-C", source.path, "update-ref", "refs/tags/tree", "main^{tree}")
    git("-C", source.path, "bundle", "create", tmp_path / "c", "--all")
    row = work(ask(ada, "bundle", (tmp_path / "c").read_bytes()))
    assert row.left_out == ["heads/deps/@types/x", "tags/tree"]
    assert sorted(ref.name for ref in row.project.repo.branches()) == ["feature/x", "main"]


def test_an_import_that_waits_is_cancelled_at_once_and_leaves_nothing(ada, history):
    row = ask(ada, "bundle", history[1])
    cancel_import(row)
    row.refresh_from_db()
    assert (row.phase, row.state) == ("cancelled", State.DONE)
    assert leftovers() == []


def test_an_import_that_runs_stops_at_its_next_look_and_leaves_nothing(ada, history, monkeypatch):
    from designs.actions import import_sources

    row = ask(ada, "bundle", history[1])
    real = import_sources.check

    def check(row, received, room, watch):
        assert room.is_dir()
        cancel_import(row)
        real(row, received, room, watch)

    monkeypatch.setattr(import_sources, "check", check)
    row = work(row)
    assert (row.phase, row.project) == ("cancelled", None)
    assert not Project.objects.filter(slug="brought").exists()
    assert leftovers() == []


def test_cancelled_while_it_is_indexed_the_half_made_project_goes_too(
    ada, history, monkeypatch, django_capture_on_commit_callbacks
):
    from designs.actions import run_import as module

    row = ask(ada, "bundle", history[1])
    real = module.index_history
    made = []

    def index(project, tick):
        made.append(project.path)
        assert project.visibility == "private"
        cancel_import(row)
        real(project, lambda progress: module.Watch(claimed).start("indexing"))

    monkeypatch.setattr(module, "index_history", index)
    claimed = Import.objects.filter(pk=row.pk).claim("test")
    with django_capture_on_commit_callbacks(execute=True):
        Lease(claimed).finish(run_import(claimed))
    row.refresh_from_db()
    assert (row.phase, row.project) == ("cancelled", None)
    assert not made[0].exists()
    assert not Project.objects.filter(slug="brought").exists()


@pytest.mark.parametrize("step", ["check", "_put_in_place", "fetch_large_files", "index_history"])
def test_killed_at_any_step_the_next_worker_ends_it_and_leaves_no_folder(ada, history, monkeypatch, step):
    from designs.actions import import_sources
    from designs.actions import run_import as module

    class Killed(BaseException):
        pass

    def die(*_args, **_values):
        raise Killed

    row = ask(ada, "bundle", history[1])
    where = import_sources if step == "check" else module
    with monkeypatch.context() as patch:
        patch.setattr(where, step, die)
        patch.setattr(module.shutil, "rmtree", lambda *args, **values: None)
        claimed = Import.objects.filter(pk=row.pk).claim("doomed")
        with pytest.raises(Killed):
            run_import(claimed)
    assert len(list(incoming_folder().iterdir())) == 1
    Import.objects.filter(pk=row.pk).update(leased_until="2000-01-01T00:00:00Z")
    assert Import.objects.all().sweep() == 1
    row = work(row)
    assert (row.phase, row.attempts) == ("done", 2)
    assert row.project.repo.fsck() == []
    assert row.project.revisions.count() == 4
    assert leftovers() == []


def test_a_worker_that_lost_its_lease_keeps_nothing(ada, history, monkeypatch):
    from designs.actions import run_import as module
    from jobs.lease import LeaseLostError

    row = ask(ada, "bundle", history[1])
    first = Import.objects.filter(pk=row.pk).claim("slow")
    Import.objects.filter(pk=row.pk).update(leased_until="2000-01-01T00:00:00Z")
    Import.objects.all().sweep()
    assert work(row).phase == "done"
    with pytest.raises(LeaseLostError):
        module.run_import(first)
    assert Project.objects.filter(slug="brought").count() == 1


def test_the_fourth_import_at_once_waits_for_one_to_end(ada, history):
    from designs.actions.errors import RefusedError

    for number in range(3):
        ask(ada, "bundle", history[1], name=f"N {number}")
    with pytest.raises(RefusedError, match="under way"):
        ask(ada, "bundle", history[1], name="N 4")


def test_one_that_failed_can_be_tried_again_while_its_file_is_here(ada, history):
    from designs.actions.errors import RefusedError

    row = ask(ada, "bundle", history[1])
    Import.objects.filter(pk=row.pk).update(state=State.FAILED, attempts=3)
    retry_import(row)
    assert work(row).phase == "done"
    other = ask(ada, "bundle", history[1], name="Other")
    Import.objects.filter(pk=other.pk).update(state=State.FAILED, attempts=3)
    other.upload.unlink()
    with pytest.raises(RefusedError, match="send it again"):
        retry_import(other)
