"""Make every derived row again from repositories and blobs: see docs/data.md for which these are."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models import Case, Exists, OuterRef, Q, Value, When

from accounts.models import User
from designs import history, policy
from designs.actions.ask_kernel import ask_analyses
from designs.actions.index_history import index_history
from designs.actions.recover_projects import set_plain
from designs.contents import contents_of
from designs.descriptions import read_description, read_held
from designs.models import Analysis, File, LfsObject, Project, Release
from jobs.models import State
from storage import blobs
from storage.git import history as pointers
from storage.git.types import Ref

BATCH = 200
DRAWN = ("preview_1024", "preview_256", "model", "model_full", "marks")


def rebuild_project(project: Project, *, trust_pointers: bool = False) -> int:
    """Make what is missing of a project's rows; what is there stays. Returns the number of branches.

    A large file comes back where git has its pointer, the store its content, and the project's own record says that
    it brought it; with `trust_pointers` the pointer is enough.
    """
    told = read_description(project.path)
    _hold_large_files(project, trust_pointers)
    is_behind = index_history(project, lambda progress: None) > 0
    branches = project.repo.branches()
    _find_head(project, branches, is_behind=is_behind)
    _name_authors(project)
    _release(project, told)
    _choose(project, told)
    project.git_bytes = project.repo.bytes_on_disk()
    project.save(update_fields=["git_bytes"])
    history.forget(project)
    history.mark_released(project)
    return len(branches)


def _hold_large_files(project: Project, trust_pointers: bool) -> None:
    held = set(project.lfs_objects.values_list("sha256", flat=True))
    brought = read_held(project.path)
    for found in pointers.pointers(project.path):
        is_ours = trust_pointers or brought.get(found.sha256) == found.size
        is_here = blobs.exists(found.sha256) and blobs.size(found.sha256) == found.size
        if found.sha256 not in held and is_ours and is_here:
            LfsObject.objects.get_or_create(project=project, sha256=found.sha256, defaults={"size": found.size})


def _find_head(project: Project, branches: list[Ref], *, is_behind: bool) -> None:
    """The tip of the default branch, and the time of its commit: indexing old commits is no news."""
    tip = next((ref.commit for ref in branches if ref.name == project.default_branch), "")
    if project.head != tip:
        project.head = tip
        project.save(update_fields=["head"])
    if is_behind and (newest := project.revisions.filter(commit=tip).first()):
        project.updated_at = newest.at
        project.save(update_fields=["updated_at"])


def _name_authors(project: Project) -> None:
    """Who wrote a commit, by its address: a no-reply one of this site, or one that the person has verified.

    Only people who may write to the project are named, so that nobody signs in the name of another.
    """
    unnamed = set(project.revisions.filter(author=None).values_list("commit", flat=True))
    if not unnamed:
        return
    commits: dict[str, list[str]] = {}
    for ref in project.repo.branches():
        for commit in project.repo.between([], ref.commit):
            if commit.id in unnamed:
                commits.setdefault(commit.author_email.lower(), []).append(commit.id)
                unnamed.discard(commit.id)
    for address, ids in commits.items():
        person = _person(address)
        if person and (policy.can_write(person, project) or person == project.created_by):
            for start in range(0, len(ids), BATCH):
                project.revisions.filter(commit__in=ids[start : start + BATCH]).update(author=person)


def _person(address: str) -> User | None:
    handle, _, domain = address.partition("@")
    if domain == settings.NOREPLY_DOMAIN:
        return User.objects.filter(username=handle).first()
    verified = Q(emailaddress__email__iexact=address, emailaddress__verified=True)
    return User.objects.filter(verified).first()


def _release(project: Project, told: Mapping[str, Any]) -> None:
    """A release for each one that the description names; where there is none, for each annotated tag."""
    here = set(project.releases.values_list("tag", flat=True))
    named = told.get("releases")
    found = named if isinstance(named, list) else [_of_tag(project, ref) for ref in reversed(project.repo.tags())]
    for facts in found:
        if facts and facts["tag"] not in here and project.repo.holds(facts["commit"]):
            _make_release(project, facts)


def _of_tag(project: Project, ref: Ref) -> dict[str, Any] | None:
    tag = project.repo.annotated_tag(ref.name)
    if tag is None:
        return None
    return {"tag": ref.name, "commit": ref.commit, "notes": tag.message, "created_at": tag.at.isoformat()}


def _make_release(project: Project, facts: Mapping[str, Any]) -> None:
    entries = [entry for entry in project.repo.tree(facts["commit"], recursive=True) if entry.kind == "blob"]
    contents = contents_of(project, [entry.oid for entry in entries])
    release = Release(
        project=project,
        author=User.objects.filter(username=facts.get("author") or "").first(),
        files=[
            {"path": e.path, "oid": e.oid, "size": contents[e.oid].size, "sha256": contents[e.oid].sha256}
            for e in entries
        ],
    )
    for field in Release._meta.concrete_fields:
        if not field.is_relation and field.name in facts and field.name not in {"id", "files"}:
            set_plain(release, field, facts[field.name])
    release.save()
    Release.objects.filter(pk=release.pk).update(created_at=datetime.fromisoformat(facts["created_at"]))


def _choose(project: Project, told: Mapping[str, Any]) -> None:
    """The units and the cover that people chose."""
    for path, units in dict(told.get("units") or {}).items():
        if units in File.Units.values:
            project.files.filter(path=path, units="").update(units=units)
    if cover := told.get("cover"):
        chosen = project.files.filter(path=cover).order_by("-pk").first()
        if chosen and chosen != project.cover:
            project.cover = chosen
            project.save(update_fields=["cover"])


def queue_analyses() -> int:
    """Ask the present kernel about every content that it has not measured. Returns how many were asked for."""
    before = Analysis.objects.present().count()
    same = Analysis.objects.present().filter(sha256=OuterRef("sha256"), format=OuterRef("format"))
    stated = Case(When(units="mm", then=Value("")), default="units")
    files = File.objects.exclude(format="").annotate(stated=stated)
    wanted = files.exclude(Exists(same.filter(units=OuterRef("stated"))))
    contents = wanted.values_list("sha256", "format", "units").distinct().iterator(BATCH)
    while batch := list(islice(contents, BATCH)):
        ask_analyses(batch)
    return Analysis.objects.present().count() - before


def redraw_lost() -> int:
    """Let the kernel draw again what the store of blobs has lost. Returns how many analyses are done again."""
    lost = [
        row.pk
        for row in Analysis.objects.present().filter(state=State.DONE).only("pk", *DRAWN).iterator(BATCH)
        if any(sha256 and not blobs.exists(sha256) for sha256 in (getattr(row, name) for name in DRAWN))
    ]
    for start in range(0, len(lost), BATCH):
        Analysis.objects.filter(pk__in=lost[start : start + BATCH]).update(state=State.READY, attempts=0)
    return len(lost)
