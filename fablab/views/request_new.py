"""Ask a lab to make parts of a version: which, how many, of what, for when, and where."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from designs import results
from designs.actions.errors import RefusedError
from designs.limits import within_limits
from designs.mesh import formats
from designs.models import Project
from designs.results import Result
from designs.views.lookup import person, project_for
from designs.views.overview import blobs_of, designs_of
from designs.views.page import answers
from designs.views.sign_in import signed_in
from designs.views.versions import Version, version_of
from fablab.actions.open_request import licence_note, open_request, submit
from fablab.finding import Near
from fablab.forms.requests import RequestForm, quantity
from fablab.models import Lab, Machine, PrintRequest, RequestPart, Stock
from fablab.models.request import new_ref
from fablab.processes import CHOICES, PROCESSES
from fablab.proposals import Proposal, proposals, taking
from fablab.views.machines_for import PLACE, country_of

MOST_FILES = 120
MOST_CHOSEN_AT_FIRST = 12
_REF = re.compile(r"[2-9A-HJKMNP-Z]{8}")


@dataclass
class Asking:
    """What the page is about: a version of a project, its parts with how many of each, and what was wrong."""

    project: Project
    version: Version
    shown: list[Result]
    draft: PrintRequest | None
    counts: dict[int, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        """The release's tag, where it is one."""
        return self.version.ref if self.version.ref in self.version.tags else ""

    @property
    def rows(self) -> list[tuple[Result, str]]:
        """Each part with what is typed for it."""
        return [(one, self.counts.get(one.file.pk, "")) for one in self.shown]

    def chosen(self) -> list[tuple[Result, int]]:
        """The parts that are asked for, and how many of each."""
        found = [(one, quantity(typed)) for one, typed in self.rows]
        return [(one, count) for one, count in found if count]


@answers
def request_new(request: HttpRequest) -> HttpResponse:
    """`?project=owner/slug&ref=` with `lab=`, `machine=` or `file=`; or `?draft=` to change one that was not sent."""
    signed_in(request)
    draft = _draft(request)
    if isinstance(draft, HttpResponse):
        return draft
    if draft is None and not request.GET.get("project"):
        messages.info(request, _("Choose a design first, then “Make this” on its page."))
        return redirect("designs:search")
    asking = _asking(request, draft)
    machine = _machine(request)
    if request.method == "POST":
        asking.counts = {one.file.pk: request.POST.get(f"part-{one.file.pk}", "")[:9] for one in asking.shown}
        if request.POST.get("action") in {"send", "draft"}:
            form = RequestForm(request.POST)
            _limit(form, asking)
            return _opened(request, asking, form, machine) or _page(request, asking, form, machine, status=422)
        form = RequestForm(initial=request.POST.dict())
    else:
        asking.counts = _first_counts(request, asking)
        form = RequestForm(instance=draft) if draft else RequestForm(initial=_first_words(asking, machine))
    _limit(form, asking)
    return _page(request, asking, form, machine)


def _draft(request: HttpRequest) -> PrintRequest | HttpResponse | None:
    """The draft that is being changed; its page where it was sent meanwhile."""
    if not (ref := request.GET.get("draft", "")):
        return None
    found = get_object_or_404(PrintRequest.objects.select_related("lab", "project"), ref=ref, requester=request.user)
    return found if found.state == "draft" else redirect(found)


def _asking(request: HttpRequest, draft: PrintRequest | None) -> Asking:
    """Raises Http404 for a project that this person may not read."""
    if draft:
        if draft.project is None:
            raise Http404("the project is gone")
        owner, slug, ref = draft.project.namespace.handle, draft.project.slug, draft.tag or draft.commit
    else:
        owner, _slash, slug = request.GET["project"].lstrip("@").partition("/")
        ref = request.GET.get("ref", "")
    project = project_for(request, owner, slug)
    if not project.head:
        raise Http404("nothing in it yet")
    version = version_of(project, ref or project.default_branch)
    entries = designs_of(blobs_of(project, version.commit))[:MOST_FILES]
    shown = list(results.at(project, [(one.path, one.oid) for one in entries]).values())
    return Asking(project, version, shown, draft)


def _machine(request: HttpRequest) -> Machine | None:
    typed = request.GET.get("machine", "")
    if not typed.isdecimal() or len(typed) > 18:
        return None
    return Machine.objects.working().select_related("lab").filter(pk=int(typed), lab__in=taking()).first()


def _first_counts(request: HttpRequest, asking: Asking) -> dict[int, str]:
    """One of the file that somebody came for; a draft's numbers; else one of each that can be made, if they are few."""
    if asking.draft:
        counts = {part.path: str(part.quantity) for part in asking.draft.parts.all()}
        return {one.file.pk: counts.get(one.file.path, "") for one in asking.shown}
    wanted = request.GET.get("file", "")
    if any(str(one.file.pk) == wanted for one in asking.shown):
        return {int(wanted): "1"}
    made: dict[str, int] = {}
    for one in asking.shown:
        is_cut = one.file.format in formats.CUT
        if one.verdict and one.verdict.grade != "fails" and not is_cut:
            made.setdefault(one.file.path.rpartition(".")[0], one.file.pk)
    if not made and len(asking.shown) == 1:
        made = {"": asking.shown[0].file.pk}
    return dict.fromkeys(made.values(), "1") if len(made) <= MOST_CHOSEN_AT_FIRST else {}


def _first_words(asking: Asking, machine: Machine | None) -> dict[str, Any]:
    """What the machine or the design says of process and material."""
    if machine:
        return {"process": machine.process}
    is_cut = bool(asking.shown) and all(one.file.format in formats.CUT for one in asking.shown)
    said = [one.key for one in PROCESSES.values() if one.design in asking.project.processes and one.kernel]
    first = "laser-cutting" if is_cut else (said[0] if said else "material-extrusion")
    return {"process": first, "material": next(iter(asking.project.materials), "")}


def _limit(form: RequestForm, asking: Asking) -> None:
    """Offer processes that some lab takes requests for, and what was chosen."""
    there = set(
        Machine.objects.working().filter(takes_requests=True, lab__in=taking()).values_list("process", flat=True)
    )
    there.add(str(form["process"].value()))
    form.fields["process"].choices = [(key, name) for key, name in CHOICES if key in there]  # type: ignore[attr-defined]


def _opened(request: HttpRequest, asking: Asking, form: RequestForm, machine: Machine | None) -> HttpResponse | None:
    """The request's page once it is made; None where something is wrong, which `asking.errors` then says."""
    once = asking.draft.ref if asking.draft else request.POST.get("once", "")
    ref = once if _REF.fullmatch(once) else new_ref()
    if mine := PrintRequest.objects.filter(ref=ref, requester=person(request)).first():
        if mine.state != "draft" or mine.project_id != asking.project.pk:
            messages.info(request, _("This request was made already."))
            return redirect(mine)
        asking.draft = mine
    lab = taking().filter(slug=request.POST.get("lab", "")).first()
    _check(request, asking, lab)
    if not form.is_valid() or asking.errors or lab is None:
        return None
    by, send = person(request), request.POST["action"] == "send"
    facts: dict[str, Any] = {**form.cleaned_data, "ref": ref}
    if machine and machine.lab_id == lab.pk:
        facts["machine"] = machine
    parts = [(one.file, count) for one, count in asking.chosen()]
    try:
        within_limits(request, "request")
        with transaction.atomic():
            if asking.draft:
                PrintRequest.objects.filter(pk=asking.draft.pk, state="draft").delete()
            order = open_request(
                lab, asking.project, by=by, commit=asking.version.commit, tag=asking.tag, parts=parts, **facts
            )
    except RefusedError as refused:
        asking.errors["all"] = str(refused)
        return None
    except IntegrityError:
        return redirect(get_object_or_404(PrintRequest, ref=ref, requester=by))
    if not send:
        messages.success(request, _("Saved as a draft: nobody but you sees it until you send it."))
        return redirect(order)
    try:
        submit(order, by=by, accepts_terms="terms" in request.POST)
    except RefusedError as refused:
        messages.error(request, _("Saved as a draft, but not sent. %(why)s") % {"why": refused})
    else:
        messages.success(request, _("Sent to %(lab)s. You are told when it answers.") % {"lab": lab})
    return redirect(order)


def _check(request: HttpRequest, asking: Asking, lab: Lab | None) -> None:
    if any(quantity(typed) is None for _one, typed in asking.rows):
        asking.errors["parts"] = _("Say how many in whole numbers.")
    elif not asking.chosen():
        asking.errors["parts"] = _("Choose at least one part.")
    if lab is None:
        asking.errors["lab"] = _("Choose a lab.")
    elif lab.terms and request.POST["action"] == "send" and "terms" not in request.POST:
        asking.errors["terms"] = _("Accept the lab’s terms first.")


def _page(
    request: HttpRequest, asking: Asking, form: RequestForm, machine: Machine | None, *, status: int = 200
) -> HttpResponse:
    found = _proposals(request, asking, form, machine)
    chosen = request.POST.get("lab") or (asking.draft.lab.slug if asking.draft else "")
    slugs = [one.lab.slug for one in found]
    context: Mapping[str, object] = {
        "asking": asking,
        "project": asking.project,
        "form": form,
        "proposals": found,
        "chosen_lab": chosen if chosen in slugs else next(iter(slugs), ""),
        "any_terms": any(one.lab.terms for one in found),
        "accepts": "terms" in request.POST,
        "once": request.POST.get("once") or new_ref(),
        "licence": licence_note(asking.project.licence),
        "is_private": asking.project.visibility == Project.Visibility.PRIVATE,
        "place": (request.session.get(PLACE) or [""])[0],
        "waiting": any(one.state == "waiting" for one, _count in asking.chosen()),
        "here": request.get_full_path(),
        "materials": Stock.objects.filter(lab__in=taking(), is_used_up=False)
        .order_by("material").values_list("material", flat=True).distinct()[:60],
    }  # fmt: skip
    return render(request, "fablab/request_new.html", context, status=status)


def _proposals(request: HttpRequest, asking: Asking, form: RequestForm, machine: Machine | None) -> list[Proposal]:
    parts = [
        RequestPart(
            path=one.file.path, sha256=one.file.sha256, format=one.file.format, units=one.file.units, quantity=count
        )
        for one, count in asking.chosen()
    ]
    process = str(form["process"].value())
    if not parts or process not in PROCESSES:
        return []
    place = request.session.get(PLACE)
    typed = request.GET.get("lab", "") or (asking.draft.lab.slug if asking.draft else "")
    wanted = machine.lab if machine else taking().filter(slug=typed).first() if typed else None
    return proposals(
        parts,
        by=person(request),
        process=process,
        material=str(form["material"].value() or "").strip(),
        colour=str(form["colour"].value() or "").strip(),
        near=Near(place[1], place[2]) if place else None,
        country="" if place else country_of(request),
        wanted=wanted,
        machine=machine,
    )
