"""The fragment that a page polls until an analysis has ended, or asks for when another machine is chosen."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from designs import policy, results, words
from designs.mesh import profiles
from designs.mesh.verdicts import machine_for
from designs.models import File, Project
from designs.views.page import project_page


def checking(kind: str) -> dict[str, object]:
    """What the verdict on a file of this format offers: machines to check it for, units to say it is in."""
    known = [one for one in profiles.PROFILES.values() if machine_for(kind, one) == one]
    return {
        "profiles": [(one.key, words.profile_name(one)) for one in known],
        "units": [(value, label) for value, label in File.Units.choices if value],
    }


@project_page()
def fragment(request: HttpRequest, project: Project, file_id: int) -> HttpResponse:
    """Picture and findings of one file. Polls again only while the kernel is at work."""
    file = get_object_or_404(project.files, pk=file_id)
    profile, ref = profiles.named(request.GET.get("profile", "")), request.GET.get("ref", "")
    (result,) = results.of_files(project, [file], profile)
    context = {
        **checking(file.format),
        "project": project,
        "result": result,
        "report": words.report(result),
        "poll": result.state == "waiting",
        "with_facts": "facts" in request.GET,
        "ref": ref,
        "can_write": policy.can_write(request.user, project),
    }
    response = render(request, "designs/_result.html", context)
    if ref and "chosen" in request.GET:
        page = reverse("designs:blob", args=[project.namespace.handle, project.slug, f"{ref}/{file.path}"])
        response["HX-Replace-Url"] = f"{page}?{urlencode({'profile': profile.key})}"
    return response
