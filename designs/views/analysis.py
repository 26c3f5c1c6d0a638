"""The fragment that a page polls until an analysis has ended."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from designs import results, words
from designs.models import Project
from designs.views.page import project_page


@project_page()
def fragment(request: HttpRequest, project: Project, file_id: int) -> HttpResponse:
    """Picture and findings of one file. Polls again only while the kernel is at work."""
    file = get_object_or_404(project.files, pk=file_id)
    (result,) = results.of_files(project, [file])
    context = {
        "project": project,
        "result": result,
        "report": words.report(result),
        "poll": result.state == "waiting",
        "with_facts": "facts" in request.GET,
        "is_fragment": True,
    }
    return render(request, "designs/_result.html", context)
