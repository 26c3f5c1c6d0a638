"""Estimate against actual of one machine: a part of its page, and a page of its own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from fablab.accuracy import accuracy_of
from fablab.models import Lab
from fablab.views.page import lab_page, show


@require_safe
@lab_page()
def machine_accuracy(request: HttpRequest, lab: Lab, machine: str) -> HttpResponse:
    """How well estimates foretold what its jobs took."""
    found = get_object_or_404(lab.machines, slug=machine)
    context = {"lab": lab, "machine": found, "accuracy": accuracy_of(found)}
    if request.headers.get("HX-Request"):
        return render(request, "fablab/_accuracy.html", context)
    return show(request, lab, "fablab/machine_accuracy.html", context, tab="machines")
