"""One shape of error: RFC 9457, application/problem+json."""

import errno
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from designs.actions.errors import RefusedError
from storage.git.errors import BusyError, MissingPathError, UnknownRevisionError

STATUS = {"too-large": 413, "conflict": 409, "taken": 409, "forbidden": 403, "missing": 404, "no-change": 409}


def problem(status: int, detail: str, **more: Any) -> JsonResponse:
    """A problem as programs and people read it."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    answer = JsonResponse(body, status=status, content_type="application/problem+json")
    if status == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = 'Bearer realm="Partage"'
    return answer


def install(api: NinjaAPI) -> None:
    """Answer every error of the API with a problem."""

    def on(kind: type[Exception]) -> Any:
        return api.exception_handler(kind)

    @on(RefusedError)
    def refused(request: HttpRequest, error: RefusedError) -> HttpResponse:
        return problem(STATUS.get(error.code, 422), str(error), code=error.code)

    @on(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        faults = [{"field": ".".join(map(str, e["loc"][1:])), "message": e["msg"]} for e in error.errors]
        return problem(422, "; ".join(f"{f['field']}: {f['message']}" for f in faults)[:1000], errors=faults)

    @on(HttpError)
    def plain(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(error.status_code, str(error))

    @on(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return problem(401, "Sign in with an access token.")

    @on(PermissionDenied)
    def denied(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
        return problem(403, "You may not do this.")

    for kind in (Http404, MissingPathError, UnknownRevisionError):

        @on(kind)
        def missing(request: HttpRequest, error: Exception) -> HttpResponse:
            return problem(404, "There is nothing at this address.")

    for large in (RequestDataTooBig, TooManyFilesSent):

        @on(large)
        def oversize(request: HttpRequest, error: Exception) -> HttpResponse:
            return problem(413, str(error))

    @on(BusyError)
    def busy(request: HttpRequest, error: BusyError) -> HttpResponse:
        answer = problem(503, "Every git slot is taken.")
        answer["Retry-After"] = "10"
        return answer

    @on(OSError)
    def disk(request: HttpRequest, error: OSError) -> HttpResponse:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return problem(507, "The disk is full. Nothing was written.")
        raise error
