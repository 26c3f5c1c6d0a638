"""On which machines near the visitor a version prints, and when one is free: a fragment of design pages, and a page."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.http import require_POST, require_safe

from designs import results
from designs.models import Project
from designs.results import Result
from designs.views.overview import blobs_of, designs_of
from designs.views.page import project_page, show
from designs.views.sign_in import local
from designs.views.versions import version_of
from fablab import finding, pricing
from fablab.actions.occupy import free_by_machine
from fablab.actions.quote_request import rates_of
from fablab.finding import ALL, Match, Near
from fablab.matching import ADDITIVE
from fablab.models import Lab, Machine
from fablab.places import place_named
from fablab.processes import PROCESSES

PLACE = "fablab_place"
"""The visitor's place in their session, once they have said it: [name, latitude, longitude]."""
MOST_FILES = 120
SHOWN = 8
LOOK_AHEAD = timedelta(days=30)
USUAL_SECONDS = 3600.0


@dataclass(frozen=True)
class Row:
    """A machine; from when on it is free for long enough, None where it is not in the next weeks; about how much.

    `cents` are for one of each part with what is loaded, before tariffs; None where nobody can tell.
    """

    match: Match
    free: datetime | None
    cents: int | None = None

    @property
    def rank(self) -> tuple[object, ...]:
        """By verdict, distance, time and price."""
        *before, oldest = self.match.rank
        free = self.free.timestamp() if self.free else math.inf
        return (*before, free, math.inf if self.cents is None else self.cents, oldest)


@require_safe
@project_page()
def machines_for(request: HttpRequest, project: Project) -> HttpResponseBase:
    """Machines for every part of a version (`?ref=`), or for one file (`?file=`)."""
    shown, ref = _asked(request, project)
    facts = [one.facts for one in shown if one.facts]
    place = request.session.get(PLACE)
    near = Near(place[1], place[2]) if place else None
    country = "" if near else country_of(request)
    found = finding.machines_for(facts, near=near, country=country, kernels=_kernels(project)) if facts else []
    rows = _rows(found[: 3 * SHOWN], shown)[:SHOWN]
    context = {
        "project": project,
        "ref": ref,
        "rows": rows,
        "more": max(len(found) - len(rows), 0),
        "measured": bool(facts),
        "waiting": any(one.state == "waiting" for one in shown),
        "place": place[0] if place else "",
        "country": country,
        "file": request.GET.get("file", ""),
    }
    if request.headers.get("HX-Request"):
        return render(request, "fablab/_machines_for.html", context)
    return show(request, project, "fablab/machines_for.html", context, tab="overview")


@require_POST
def place(request: HttpRequest) -> HttpResponse:
    """Keep where the visitor says they are for as long as their session, or forget it."""
    typed = request.POST.get("near", "")[:120]
    back = local(request, request.POST.get("next", "/"))
    if not typed.strip():
        request.session.pop(PLACE, None)
        return redirect(back)
    found = place_named(typed)
    if found is None:
        messages.error(request, _("We know no such place. Say a town, or latitude and longitude."))
    else:
        request.session[PLACE] = [found.name, found.lat, found.lon]
    return redirect(back)


def _asked(request: HttpRequest, project: Project) -> tuple[Sequence[Result], str]:
    """The measured files that are asked about, and the version's name."""
    chosen = request.GET.get("file", "")
    if chosen:
        file = get_object_or_404(project.files, pk=int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0)
        return results.of_files(project, [file]), request.GET.get("ref", project.default_branch)
    if not project.head:
        return [], project.default_branch
    version = version_of(project, request.GET.get("ref") or project.default_branch)
    entries = designs_of(blobs_of(project, version.commit))[:MOST_FILES]
    return list(results.at(project, [(one.path, one.oid) for one in entries]).values()), version.ref


def _rows(found: Sequence[Match], shown: Sequence[Result]) -> list[Row]:
    """Each machine with its time, which is that of the longest part and at least an hour, and its price."""
    known = [one.estimate for one in shown if one.estimate]
    longest = max([USUAL_SECONDS, *(one.seconds for one in known)])
    machines = [one.machine for one in found]
    free = free_by_machine(machines, longest, after=timezone.now(), horizon=LOOK_AHEAD) if machines else {}
    seconds, grams = sum(one.seconds for one in known), sum(one.grams for one in known)
    rows = []
    for one in found:
        spans = free.get(one.machine.pk)
        cents = _price(one.machine, seconds, grams) if one.makes_all and grams else None
        rows.append(Row(one, spans[0][0] if spans else None, cents))
    return sorted(rows, key=lambda row: row.rank)


def _price(machine: Machine, seconds: float, grams: float) -> int | None:
    """What the lab would ask for so much filament and time; None where the machine prints otherwise."""
    if machine.kernel_process != "fdm" or not machine.takes_requests:
        return None
    loaded = next((one for one in machine.loaded.all() if not one.is_used_up and not one.is_counted), None)
    lines = pricing.lines(rates_of(machine, loaded), seconds=seconds, grams=grams, staff_minutes=machine.staff_minutes)
    return pricing.total(pricing.priced(lines, minimum_cents=machine.minimum_cents, tariff_percent=100)) or None


def _kernels(project: Project) -> frozenset[str]:
    """The kinds of machines that the design is for; printers and lasers where it does not say."""
    said = {one.kernel for one in PROCESSES.values() if one.design in project.processes and one.kernel}
    if not said:
        return ADDITIVE | {"laser"}
    return frozenset(said | (ADDITIVE if said & ADDITIVE else set())) & ALL


def country_of(request: HttpRequest) -> str:
    """The country that the browser's language names, if there are labs in it."""
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        country = code.partition("-")[2].upper()
        if len(country) == 2 and Lab.objects.listed().filter(country=country).exists():
            return country
    return ""
