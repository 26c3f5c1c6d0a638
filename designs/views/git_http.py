"""Git's smart HTTP: `git clone` with the stock client. Pushing comes with GIT."""

import base64

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt

from accounts import tokens
from accounts.models import User
from designs.addresses import find_project
from designs.models import Project
from storage.git import http
from storage.git.errors import BusyError

SERVICE = "git-upload-pack"
NO_PUSH = "Pushing is not open yet: upload on the page or by the API.\n"


def _asker(request: HttpRequest) -> User | AnonymousUser | None:
    """Who asks by token; nobody without one; None where the token is wrong."""
    header = request.headers.get("Authorization", "")
    if not header:
        return AnonymousUser()
    if header.lower().startswith("basic ") and _is_blank(header[6:]):
        return AnonymousUser()
    token = tokens.from_authorization(header)
    return token.user if token else None


def _is_blank(value: str) -> bool:
    try:
        return base64.b64decode(value).strip() in {b":", b""}
    except ValueError:
        return False


def _sign_in() -> HttpResponse:
    answer = HttpResponse("Sign in with an access token as the password.\n", status=401, content_type="text/plain")
    answer["WWW-Authenticate"] = 'Basic realm="Partage"'
    return answer


def _project(request: HttpRequest, handle: str, slug: str) -> Project | HttpResponse:
    """The project, or 401 for the anonymous alike whether it is private or not there, or 404."""
    user = _asker(request)
    if user is None:
        return _sign_in()
    found = find_project(user, handle, slug)
    if found is None:
        if not user.is_authenticated:
            return _sign_in()
        raise Http404("no such project")
    return found


def _fresh(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "no-cache, max-age=0, must-revalidate"
    response["X-Accel-Buffering"] = "no"
    return response


def info_refs(request: HttpRequest, handle: str, slug: str) -> HttpResponseBase:
    """What a client asks first: which refs are there."""
    project = _project(request, handle, slug)
    if isinstance(project, HttpResponse):
        return project
    if request.GET.get("service") == "git-receive-pack":
        return HttpResponse(NO_PUSH, status=403, content_type="text/plain")
    if request.GET.get("service") != SERVICE:
        return HttpResponse("Only git's smart protocol is served.\n", status=403, content_type="text/plain")
    said = http.advertise(project.path, request.headers.get("Git-Protocol", ""))
    return _fresh(HttpResponse(said, content_type=f"application/x-{SERVICE}-advertisement"))


@csrf_exempt
def upload_pack(request: HttpRequest, handle: str, slug: str) -> HttpResponseBase:
    """The pack that a client is missing, streamed."""
    project = _project(request, handle, slug)
    if isinstance(project, HttpResponse):
        return project
    if request.method != "POST" or request.content_type != f"application/x-{SERVICE}-request":
        return HttpResponse(status=415)
    try:
        body = http.request_body(request.environ)  # type: ignore[attr-defined]
        pack = http.UploadPack(project.path, body, request.headers.get("Git-Protocol", ""))
    except BusyError:
        return HttpResponse(status=503, headers={"Retry-After": "10"})
    except ValueError as error:
        return HttpResponse(f"{error}\n", status=400, content_type="text/plain")
    connection.close_if_unusable_or_obsolete()
    return _fresh(StreamingHttpResponse(pack, content_type=f"application/x-{SERVICE}-result"))
