"""Similar shapes: of a part that is here, and of one that somebody drops into the search box."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from designs import results, words
from designs.actions.ask_shape import ask_shape, of_token
from designs.actions.errors import RefusedError
from designs.discovery import shown
from designs.discovery.alike import alike
from designs.downloads import shielded
from designs.limits import within_limits
from designs.models import Analysis, Project
from designs.views.page import project_page
from designs.views.raw import open_drawn
from jobs.models import Job
from search.types import SearchAwayError


@require_POST
def drop(request: HttpRequest) -> HttpResponse:
    """Take a part, let the kernel measure it, and go to the page that waits for it."""
    try:
        within_limits(request, "shape")
        token = ask_shape(request.FILES.get("file"))
    except RefusedError as refused:
        messages.error(request, str(refused))
        return redirect("designs:search")
    return redirect("designs:shape", token)


def _analysis(token: str) -> Analysis:
    """The analysis of what was dropped."""
    row = of_token(token)
    if row is None:
        raise Http404("no such shape, or no longer")
    return row


@require_safe
def found(request: HttpRequest, token: str) -> HttpResponse:
    """The parts that are like what was dropped; asks again while the kernel is at work."""
    row = _analysis(token)
    context: dict[str, object] = {"token": token, "picture": row.preview_256}
    if row.state == Job.State.FAILED:
        context["refusal"] = _("This file could not be measured.")
    elif row.state != Job.State.DONE:
        context["poll"] = True
    elif row.refusal_code:
        context["refusal"] = words.refusal(row.refusal_code, row.refusal).sentence
    else:
        context |= _alike(request, row)
    template = "search/_shape.html" if request.headers.get("HX-Request") else "search/shape.html"
    return render(request, template, context)


@require_safe
def picture(_request: HttpRequest, token: str) -> HttpResponseBase:
    """What was dropped, drawn."""
    return shielded(open_drawn(_analysis(token).preview_256, "image/webp"), public=False, forever=True)


@require_safe
@project_page()
def similar(request: HttpRequest, project: Project, file_id: int) -> HttpResponse:
    """The parts that are like a part: a fragment of its page, or a page where there is no script."""
    (result,) = results.of_files(project, [get_object_or_404(project.files, pk=file_id)])
    context = _alike(request, result.analysis, without=file_id) if result.analysis else {"families": []}
    template = "search/_similar.html" if request.headers.get("HX-Request") else "search/similar.html"
    return render(request, template, {**context, "part": shown.Part(result)})


def _alike(request: HttpRequest, row: Analysis, *, without: int = 0) -> dict[str, object]:
    vector = row.descriptor
    try:
        return {"families": alike(vector, request.user, without=without) if vector and any(vector) else []}
    except SearchAwayError:
        return {"is_away": True}
