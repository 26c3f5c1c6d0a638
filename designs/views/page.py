"""What every page of a project does alike: find it, say where one is, and turn refusals into answers."""

from collections.abc import Callable, Mapping
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from designs import policy
from designs.models import Project
from designs.networks import Head
from designs.standing import standing
from designs.views.lookup import MovedError, Need, project_for
from storage.git.errors import BusyError, MissingPathError, UnknownRevisionError

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, Project, P], HttpResponseBase]
Found = Callable[Concatenate[HttpRequest, str, str, P], HttpResponseBase]


def answers(view: Page[P]) -> Page[P]:
    """Old addresses redirect; missing paths and revisions are 404; no free git slot is 503."""

    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except MovedError as moved:
            return moved.response
        except (MissingPathError, UnknownRevisionError) as missing:
            raise Http404(str(missing)) from missing
        except BusyError:
            return HttpResponse(status=503, headers={"Retry-After": "5"})

    update_wrapper(answer, view)
    return cast("Page[P]", answer)


def project_page(need: Need = "read") -> Callable[[View[P]], Found[P]]:
    """A view of one project: gets the project instead of its address. Needs other than reading need a sign-in."""

    def wrap(view: View[P]) -> Found[P]:
        def found(request: HttpRequest, handle: str, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            return view(request, project_for(request, handle, slug, need=need), *args, **kwargs)

        update_wrapper(found, view)
        return answers(cast("Page[Any]", found))

    return wrap


def show(
    request: HttpRequest,
    project: Project,
    template: str,
    context: Mapping[str, object],
    *,
    tab: str,
    status: int = 200,
) -> HttpResponse:
    """Render a page of a project with its head and tabs."""
    rights = {
        "can_write": policy.can_write(request.user, project),
        "can_manage": policy.can_manage(request.user, project),
        "can_moderate": policy.can_moderate(request.user),
    }
    head = {
        "project": project,
        "tab": tab,
        "standing": standing(project, request.user),
        "forks": Head(project, request.user),
    }
    return render(request, template, {**head, **rights, **context}, status=status)
