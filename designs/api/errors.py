"""One shape for every error: RFC 9457 problem+json."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from designs.actions.errors import RefusedError
from designs.contents import MissingContentError
from search.types import SearchAwayError
from storage.git.errors import BusyError, MissingPathError, UnknownRevisionError

KIND = "application/problem+json"
STATUS = {
    "too-large": 413,
    "conflict": 409,
    "locked": 409,
    "taken": 409,
    "forbidden": 403,
    "missing": 404,
    "quota": 507,
    "too-many": 429,
}


def problem(status: int, detail: str = "", **more: object) -> HttpResponse:
    """A problem with its status, title and a sentence."""
    said = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, **more}
    if detail:
        said["detail"] = detail
    response = JsonResponse(said, status=status, content_type=KIND)
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="Partage"'
    return response


def _validation(error: ValidationError) -> HttpResponse:
    errors = [{"where": [str(one) for one in item["loc"]], "message": item["msg"]} for item in error.errors]
    return problem(422, _("Some values are not valid."), errors=errors)


def register(api: NinjaAPI) -> None:
    """Answer every expected exception with a problem."""
    answers: dict[type[Exception], Callable[[Any], HttpResponse]] = {
        Http404: lambda error: problem(404, _("There is nothing here.")),
        MissingPathError: lambda error: problem(404, _("There is no such file.")),
        MissingContentError: lambda error: problem(404, str(error)),
        UnknownRevisionError: lambda error: problem(404, _("There is no such branch, tag or commit.")),
        BusyError: lambda error: problem(503, _("Too many are reading at once. Try again soon.")),
        SearchAwayError: lambda error: problem(503, _("The search is away for a moment. Try again soon.")),
        ValidationError: _validation,
        AuthenticationError: lambda error: problem(401, _("Sign in, or send an access token.")),
        HttpError: lambda error: problem(error.status_code, str(error)),
        RefusedError: lambda error: problem(STATUS.get(error.code, 422), str(error), code=error.code),
    }

    def handler(answer: Callable[[Any], HttpResponse]) -> Callable[[HttpRequest, Any], HttpResponse]:
        return lambda request, error: answer(error)

    for kind, answer in answers.items():
        api.add_exception_handler(kind, handler(answer))


class Problems:
    """Middleware: what Django itself refuses under /api/ is a problem too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_api = request.path.startswith("/api/")
        if not is_api or response.status_code < 400 or response.get("Content-Type", "").startswith(KIND):
            return response
        is_said = response.status_code in {HTTPStatus.INSUFFICIENT_STORAGE, HTTPStatus.SERVICE_UNAVAILABLE}
        told = problem(response.status_code, response.content.decode().strip() if is_said else "")
        for name in {"Allow", "Retry-After"} & response.headers.keys():
            told[name] = response[name]
        return told
