"""Git LFS locks: somebody is at work on a file that cannot be merged."""

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from designs.actions import locks as actions
from designs.actions.errors import RefusedError
from designs.models import LfsLock, Project
from designs.views import git_auth
from designs.views.lfs import body_of, lfs_answer, lfs_view
from storage.lfs import locks as protocol
from storage.lfs.errors import LfsError


def _shown(lock: LfsLock) -> dict[str, object]:
    return protocol.Lock(str(lock.pk), lock.path, lock.created_at, lock.owner.username).as_json()


def _page(project: Project, asked: protocol.Page, **values: object) -> tuple[list[LfsLock], dict[str, object]]:
    rows = project.locks.filter(pk__gt=asked.cursor, **values).select_related("owner").order_by("pk")
    found = list(rows[: asked.limit + 1])
    more: dict[str, object] = {"next_cursor": str(found[asked.limit - 1].pk)} if len(found) > asked.limit else {}
    return found[: asked.limit], more


@lfs_view
@require_http_methods(["GET", "POST"])
def locks(request: HttpRequest, handle: str, slug: str) -> HttpResponseBase:
    """List locks, or lock a path."""
    project, person = git_auth.enter(request, handle, slug, write=request.method == "POST")
    if request.method == "POST":
        return _lock(project, person, protocol.path_of(body_of(request)))
    values: dict[str, object] = {}
    if path := request.GET.get("path"):
        values["path"] = path
    if wanted := request.GET.get("id"):
        values["pk"] = int(wanted) if wanted.isascii() and wanted.isdigit() else 0
    found, more = _page(project, protocol.page(request.GET), **values)
    return lfs_answer({"locks": [_shown(lock) for lock in found], **more})


def _lock(project: Project, person: git_auth.Person, path: str) -> HttpResponseBase:
    try:
        with transaction.atomic():
            made = LfsLock.objects.create(project=project, path=path, owner=_user(person))
    except IntegrityError:
        held = project.locks.select_related("owner").get(path=path)
        return lfs_answer({"lock": _shown(held), "message": f"{held.owner.username} has locked it already."}, 409)
    return lfs_answer({"lock": _shown(made)}, 201)


@lfs_view
@require_POST
def verify(request: HttpRequest, handle: str, slug: str) -> HttpResponseBase:
    """Before a push: which locks are one's own, and which are not."""
    project, person = git_auth.enter(request, handle, slug, write=True)
    said = body_of(request)
    found, more = _page(project, protocol.page(said if isinstance(said, dict) else {}))
    mine = _user(person)
    ours = [_shown(lock) for lock in found if lock.owner_id == mine.pk]
    theirs = [_shown(lock) for lock in found if lock.owner_id != mine.pk]
    return lfs_answer({"ours": ours, "theirs": theirs, **more})


@lfs_view
@require_POST
def unlock(request: HttpRequest, handle: str, slug: str, lock_id: int) -> HttpResponseBase:
    """Give a path free: one's own, or by force where one manages the project."""
    project, person = git_auth.enter(request, handle, slug, write=True)
    lock = project.locks.select_related("owner", "project__namespace").filter(pk=lock_id).first()
    if lock is None:
        raise LfsError(404, "There is no such lock.")
    if lock.owner_id != _user(person).pk:
        said = body_of(request)
        forced = isinstance(said, dict) and said.get("force") is True
        if not forced:
            raise LfsError(403, f"{lock.owner.username} holds this lock: ask them, or use --force.")
    shown = _shown(lock)
    try:
        actions.unlock(lock, by=_user(person))
    except RefusedError as refused:
        raise LfsError(403, str(refused)) from refused
    return lfs_answer({"lock": shown})


def _user(person: git_auth.Person) -> User:
    if not isinstance(person, User):
        raise LfsError(401, "Sign in.")
    return person
