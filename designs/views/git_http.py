"""Git's smart HTTP: clone, fetch and push with the stock client."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts.models import User
from designs.actions.push import Push
from designs.models import Project
from designs.views import git_auth
from storage import pruning
from storage.git import http, receive
from storage.git.errors import BusyError

SERVICES = {"git-upload-pack": http.advertise, "git-receive-pack": receive.advertise}


def _refuse(refused: git_auth.Refused) -> HttpResponse:
    answer = HttpResponse(f"{refused.sentence}\n", status=refused.status, content_type="text/plain; charset=utf-8")
    if refused.status == 401:
        answer["WWW-Authenticate"] = 'Basic realm="Partage"'
    return answer


def _fresh(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "no-cache, max-age=0, must-revalidate"
    response["X-Accel-Buffering"] = "no"
    return response


def info_refs(request: HttpRequest, handle: str, slug: str) -> HttpResponseBase:
    """What a client asks first: which refs are there."""
    service = request.GET.get("service", "")
    if service not in SERVICES:
        return HttpResponse("Only git's smart protocol is served.\n", status=403, content_type="text/plain")
    try:
        project, _person = git_auth.enter(request, handle, slug, write=service == "git-receive-pack")
    except git_auth.Refused as refused:
        return _refuse(refused)
    said = SERVICES[service](project.path, request.headers.get("Git-Protocol", ""))
    return _fresh(HttpResponse(said, content_type=f"application/x-{service}-advertisement"))


@csrf_exempt
def upload_pack(request: HttpRequest, handle: str, slug: str) -> HttpResponseBase:
    """The pack that a client is missing, streamed."""
    return _served(request, handle, slug, "git-upload-pack")


@csrf_exempt
def receive_pack(request: HttpRequest, handle: str, slug: str) -> HttpResponseBase:
    """A push: judged while it lies in quarantine, then indexed as a commit on the page is."""
    return _served(request, handle, slug, "git-receive-pack")


def _served(request: HttpRequest, handle: str, slug: str, service: str) -> HttpResponseBase:
    if request.method != "POST" or request.content_type != f"application/x-{service}-request":
        return HttpResponse(status=415)
    pushes = service == "git-receive-pack"
    try:
        project, person = git_auth.enter(request, handle, slug, write=pushes)
        pack = _push(request, project, person) if pushes else _fetch(request, project)
    except git_auth.Refused as refused:
        return _refuse(refused)
    except BusyError:
        return HttpResponse(status=503, headers={"Retry-After": "10"})
    except ValueError as error:
        return HttpResponse(f"{error}\n", status=400, content_type="text/plain")
    connection.close_if_unusable_or_obsolete()
    return _fresh(StreamingHttpResponse(pack, content_type=f"application/x-{service}-result"))


def _fetch(request: HttpRequest, project: Project) -> http.UploadPack:
    body = http.request_body(request.environ)  # type: ignore[attr-defined]
    return http.UploadPack(project.path, body, request.headers.get("Git-Protocol", ""))


def _push(request: HttpRequest, project: Project, person: git_auth.Person) -> receive.ReceivePack:
    if not isinstance(person, User):
        raise git_auth.Refused(401, "Sign in.")
    push = Push(project, person)
    return receive.ReceivePack(
        project.path,
        http.request_body(request.environ, settings.MAX_PUSH * 4),  # type: ignore[attr-defined]
        request.headers.get("Git-Protocol", ""),
        check=push.check,
        done=push.done,
        max_bytes=settings.MAX_PUSH,
        too_large=_("This push is larger than %(limit)d MiB: push it in parts, or store large files with Git LFS.")
        % {"limit": settings.MAX_PUSH >> 20},
        within=pruning.forbidden(),
    )
