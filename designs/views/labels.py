"""The labels of a project: made, changed and removed by who may write."""

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from designs.actions.errors import RefusedError
from designs.actions.labels import ensure_labels, save_label
from designs.issue_forms import LabelForm
from designs.models import Label, Project
from designs.views.page import project_page, show


@project_page("write")
def labels(request: HttpRequest, project: Project) -> HttpResponseBase:
    """Each in a row of its own, and a new one below."""
    ensure_labels(project)
    form = LabelForm()
    if request.method == "POST":
        label = _label(project, request.POST.get("label", ""))
        if label and request.POST.get("action") == "delete":
            label.delete()
            messages.success(request, _("The label is deleted."))
            return redirect("designs:labels", project.namespace.handle, project.slug)
        form = LabelForm(request.POST)
        if form.is_valid():
            try:
                save_label(project, label=label, **form.cleaned_data)
            except RefusedError as refused:
                form.add_error("name", str(refused))
            else:
                return redirect("designs:labels", project.namespace.handle, project.slug)
    context = {"labels": list(project.labels.all()), "form": form}
    return show(request, project, "designs/labels.html", context, tab="issues", status=422 if form.errors else 200)


def _label(project: Project, pk: str) -> Label | None:
    if not pk:
        return None
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        raise Http404("no such label")
    return get_object_or_404(project.labels, pk=int(pk))
