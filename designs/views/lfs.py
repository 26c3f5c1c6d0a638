"""Git LFS: the batch answer and the basic transfer. Who may is asked here; `storage.lfs` knows no project."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from designs import quota
from designs.actions.receive_contents import receive_contents
from designs.contents import Opened
from designs.descriptions import note_held
from designs.downloads import send_stored
from designs.models import LfsObject, Project
from designs.views import git_auth
from storage import blob_links, blobs
from storage.blob_links import Link
from storage.git import http
from storage.lfs import batch as protocol
from storage.lfs.errors import LfsError
from storage.lfs.pointer import Pointer

MAX_JSON_BYTES = 1 << 20
HOUR = 3600
SALT = "partage.lfs.transfer"
MANUAL = "https://github.com/git-lfs/git-lfs/blob/main/docs/api/README.md"

View = Callable[..., HttpResponseBase]


def lfs_view(view: View) -> View:
    """Answer refusals as the LFS API says, and let programs in without a form's token."""

    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except (LfsError, git_auth.Refused) as error:
            sentence = error.sentence if isinstance(error, git_auth.Refused) else str(error)
            answer = lfs_answer({"message": sentence, "documentation_url": MANUAL}, error.status)
            if error.status == 401:
                answer["LFS-Authenticate"] = answer["WWW-Authenticate"] = 'Basic realm="Partage"'
            return answer
        except Exception as error:
            if not blobs.is_down(error):
                raise
            return lfs_answer({"message": str(blobs.DOWN)}, 503)

    return csrf_exempt(answered)


def lfs_answer(said: Mapping[str, object], status: int = 200) -> HttpResponse:
    """JSON with the type that clients expect."""
    return JsonResponse(dict(said), status=status, content_type=protocol.CONTENT_TYPE)


def body_of(request: HttpRequest) -> object:
    """The JSON that was sent. Raises LfsError."""
    try:
        sent = b"".join(http.request_body(request.environ, MAX_JSON_BYTES))  # type: ignore[attr-defined]
        return json.loads(sent or b"{}")
    except ValueError as error:
        raise LfsError(422, "The request is not JSON.") from error


@lfs_view
@require_POST
def batch(request: HttpRequest, handle: str, slug: str) -> HttpResponseBase:
    """What to do with each object: send it, fetch it, nothing, or why not."""
    asked = protocol.parse(body_of(request))
    project, _person = git_auth.enter(request, handle, slug, write=asked.operation == "upload")
    held = _held(project, asked.objects)
    if asked.operation == "upload":
        _date_anew(project, held)
    one = _upload if asked.operation == "upload" else _download
    room = quota.Room(project.namespace) if asked.operation == "upload" else None
    return lfs_answer(protocol.answer([one(request, project, item, held, room) for item in asked.objects]))


def _held(project: Project, asked: Sequence[Pointer]) -> dict[str, int]:
    """SHA-256 -> bytes of those that the project holds already."""
    named = project.lfs_objects.filter(sha256__in=[one.sha256 for one in asked])
    return dict(named.values_list("sha256", "size"))


def _date_anew(project: Project, held: Collection[str]) -> None:
    """Who hears that a content is here already sends its commit next: no collection of garbage comes between."""
    stale = timezone.now() - timedelta(hours=1)
    project.lfs_objects.filter(sha256__in=held, created_at__lt=stale).update(created_at=timezone.now())


def _download(
    request: HttpRequest, project: Project, asked: Pointer, held: Mapping[str, int], _: quota.Room | None
) -> dict[str, object]:
    if held.get(asked.sha256) is None or not blobs.exists(asked.sha256):
        return protocol.with_error(asked, 404, "This project holds no such object.")
    if held[asked.sha256] != asked.size:
        return protocol.with_error(asked, 422, f"This object has {held[asked.sha256]} bytes.")
    link = blob_links.download(asked.sha256) or _own_link(request, project, asked)
    return protocol.with_actions(asked, {"download": protocol.Action(link.href, link.header, HOUR)})


def _upload(
    request: HttpRequest, project: Project, asked: Pointer, held: Mapping[str, int], room: quota.Room | None
) -> dict[str, object]:
    if held.get(asked.sha256) == asked.size and blobs.exists(asked.sha256):
        return protocol.with_actions(asked, {})
    if asked.size > settings.MAX_FILE:
        return protocol.with_error(asked, 413, f"One file may have {settings.MAX_FILE >> 20} MiB at the most.")
    if room and not room.take(asked.size):
        return protocol.with_error(asked, 507, room.sentence)
    link = blob_links.upload(_room(project), asked.sha256, asked.size) or _own_link(request, project, asked)
    verify = Link(_address(request, project, "lfs_verify"), _pass(project, asked))
    actions = {"upload": link, "verify": verify}
    return protocol.with_actions(
        asked, {name: protocol.Action(one.href, one.header, HOUR) for name, one in actions.items()}
    )


def _own_link(request: HttpRequest, project: Project, asked: Pointer) -> Link:
    return Link(_address(request, project, "lfs_object", asked.sha256), _pass(project, asked))


def _address(request: HttpRequest, project: Project, name: str, *args: str) -> str:
    return request.build_absolute_uri(reverse(f"designs:{name}", args=[project.namespace.handle, project.slug, *args]))


def _pass(project: Project, asked: Pointer) -> dict[str, str]:
    """The header by which the next request shows that the batch let it through, for this object alone."""
    return {"Authorization": f"Bearer {signing.dumps([project.pk, asked.sha256, asked.size], salt=SALT)}"}


def _passed(request: HttpRequest) -> tuple[Project, Pointer]:
    """The project and object that a batch let through. Raises LfsError."""
    said = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        project_id, sha256, size = signing.loads(said, salt=SALT, max_age=HOUR)
    except signing.BadSignature as error:
        raise LfsError(401, "Ask for a batch first: this transfer was not agreed on, or an hour ago.") from error
    project = Project.objects.alive().select_related("namespace").filter(pk=project_id).first()
    if project is None:
        raise LfsError(404, "There is no such project.")
    return project, Pointer(sha256, size)


def _room(project: Project) -> str:
    return project.repository_id.hex


@lfs_view
@require_http_methods(["GET", "HEAD", "PUT"])
def transfer(request: HttpRequest, handle: str, slug: str, oid: str) -> HttpResponseBase:
    """The basic transfer: send or fetch one object that a batch has agreed on."""
    project, agreed = _passed(request)
    if agreed.sha256 != oid:
        raise LfsError(403, "Another object was agreed on.")
    if request.method != "PUT":
        if not _holds(project, agreed):
            raise LfsError(404, "This project holds no such object.")
        return send_stored(request, Opened(project, "", agreed.size, stored=oid))
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    try:
        pieces = http.request_body(request.environ, settings.MAX_FILE)  # type: ignore[attr-defined]
        blobs.receive(pieces, agreed.sha256, agreed.size)
    except blobs.WrongContentError as error:
        raise LfsError(422, f"What arrived is not this object: {error}.") from error
    except ValueError as error:
        raise LfsError(400, f"{error}.") from error
    keep(project, agreed)
    return HttpResponse(status=200)


@lfs_view
@require_POST
def verify(request: HttpRequest, handle: str, slug: str) -> HttpResponseBase:
    """Whether an object has arrived whole. What was sent straight to S3 takes its place now."""
    project, agreed = _passed(request)
    if protocol.pointer(body_of(request)) != agreed:
        raise LfsError(403, "Another object was agreed on.")
    if _holds(project, agreed):
        return lfs_answer({})
    try:
        arrived = blob_links.accept(_room(project), agreed.sha256, agreed.size)
    except blobs.WrongContentError as error:
        raise LfsError(422, f"What arrived is not this object: {error}.") from error
    if not arrived:
        raise LfsError(404, "This object has not arrived.")
    keep(project, agreed)
    return lfs_answer({})


def _holds(project: Project, asked: Pointer) -> bool:
    here = project.lfs_objects.filter(sha256=asked.sha256, size=asked.size).exists()
    return here and blobs.exists(asked.sha256)


def keep(project: Project, agreed: Pointer) -> None:
    """From now on the project holds this object."""
    _, is_new = LfsObject.objects.get_or_create(project=project, sha256=agreed.sha256, defaults={"size": agreed.size})
    _date_anew(project, [agreed.sha256])
    if is_new:
        note_held(project, [(agreed.sha256, agreed.size)])
        receive_contents(project, [agreed])
