"""Bring a project in: three ways, the progress, cancel, try again."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from designs.actions.errors import RefusedError
from designs.actions.request_import import cancel_import, request_import, retry_import
from designs.forms_transfers import ImportForm
from designs.models import Import
from designs.views.lookup import person

PHASES = [Import.Phase.FETCHING, Import.Phase.CHECKING, Import.Phase.LARGE_FILES, Import.Phase.INDEXING]
SHOWN = 10
SHOWN_MISSING = 50
FIELDS = {"bad-slug": "name", "reserved": "name", "taken": "name", "no-file": "file", "too-large": "file"}
OF_ADDRESSES = {"not-https", "credentials", "port", "private", "unknown-host", "bad-url"}


@login_required
def import_new(request: HttpRequest) -> HttpResponse:
    """The three ways in, the form of the chosen one, and what this person brought in before."""
    user = person(request)
    source = request.GET.get("from", "")
    source = source if source in Import.Source.values else Import.Source.URL
    form = ImportForm(request.POST or None, request.FILES or None, user=user, source=source)
    if request.method == "POST" and form.is_valid():
        values: dict[str, Any] = form.cleaned_data
        owner = values.pop("owner")
        try:
            row = request_import(owner, by=user, source=source, **values)
        except RefusedError as refused:
            field = "url" if refused.code in OF_ADDRESSES else FIELDS.get(refused.code)
            form.add_error(field if field in form.fields else None, str(refused))
        except OSError:
            form.add_error(None, _("The disk is full. Nothing was written."))
        else:
            return redirect(row)
    ways = [(way, f"{reverse('designs:import_new')}?from={way}") for way in Import.Source.values]
    context = {
        "form": form,
        "source": source,
        "ways": ways,
        "imports": Import.objects.filter(by=user).select_related("project__namespace")[:SHOWN],
    }
    return render(request, "designs/import_new.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
def import_page(request: HttpRequest, token: str) -> HttpResponse:
    """How far one import is; the page asks again by itself until it is over."""
    row = _own(request, token)
    here = PHASES.index(Import.Phase(row.phase)) if row.phase in PHASES else -1
    steps = [
        (
            phase.label,
            "done" if row.phase == Import.Phase.DONE or number < here else "now" if number == here else "later",
        )
        for number, phase in enumerate(PHASES)
    ]
    context = {
        "row": row,
        "steps": steps,
        "poll": not row.is_over,
        "sentences": [line for line in row.said.split("\n") if line],
        "missing": row.missing[:SHOWN_MISSING],
        "branches": row.project.repo.branches() if row.project and row.phase == Import.Phase.DONE else [],
    }
    return render(request, "designs/import.html", context)


@require_POST
@login_required
def import_cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Stop it; what it brought so far goes."""
    row = _own(request, token)
    cancel_import(row)
    return redirect(row)


@require_POST
@login_required
def import_retry(request: HttpRequest, token: str) -> HttpResponse:
    """Start one that failed again."""
    row = _own(request, token)
    try:
        retry_import(row)
    except RefusedError as refused:
        messages.error(request, str(refused))
    return redirect(row)


def _own(request: HttpRequest, token: str) -> Import:
    rows = Import.objects.select_related("project__namespace", "namespace")
    return get_object_or_404(rows, token=token, by=person(request))
