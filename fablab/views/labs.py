"""The list of labs with its map, and the page of one lab."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control

from designs import markup
from designs.views.paging import page_number
from fablab import lab_list, policy, structured
from fablab.actions.change_lab import today
from fablab.countries import country_name
from fablab.designs_on_map import designs_on_map
from fablab.maps import map_settings
from fablab.models import Lab
from fablab.opening import opening
from fablab.processes import PROCESSES
from fablab.views.page import lab_page, show
from fablab.week import other_days, week_of

PER_PAGE = 24


def labs(request: HttpRequest) -> HttpResponse:
    """Labs that meet what is asked, as a list and on a map."""
    asked = lab_list.read(request.GET)
    page = page_number(request)
    found = lab_list.find(asked, offset=(page - 1) * PER_PAGE, limit=PER_PAGE)
    now = timezone.now()
    countries = sorted(((code, country_name(code)) for code in lab_list.countries_present()), key=lambda one: one[1])
    context = {
        "asked": asked,
        "total": found.total,
        "found": [(lab, far, opening(lab, now)) for lab, far in found.labs],
        "countries": countries,
        "processes": [(one.key, one.name) for one in PROCESSES.values()],
        "accesses": Lab.Access.choices,
        "distances": lab_list.DISTANCES,
        "map": map_settings(),
        "mine": Lab.objects.run_by(request.user) if request.user.is_authenticated else [],
        "designs": designs_on_map(asked, request.user),
        "params": asked.params(),
        "number": page,
        "has_next": page * PER_PAGE < found.total,
    }
    return render(request, "fablab/labs.html", context)


@cache_control(max_age=60, private=True)
def points(request: HttpRequest) -> HttpResponse:
    """Where the labs of a list are, and designs, for its map: [address, name, town, latitude, longitude, standing]."""
    asked = lab_list.read(request.GET)
    before, after = reverse("fablab:lab", args=["x"]).rsplit("x", 1)
    rows: list[list[object]] = [[f"{before}{slug}{after}", *rest] for slug, *rest in lab_list.points(asked)]
    for one in designs_on_map(asked, request.user):
        name, town = one.project.name, one.town.name
        rows.append([one.project.get_absolute_url(), name, town, one.lat, one.lon, "design"])
    centre = [asked.place.lat, asked.place.lon, asked.km] if asked.place else None
    return JsonResponse({"labs": rows, "centre": centre})


@lab_page()
def lab(request: HttpRequest, lab: Lab) -> HttpResponse:
    """What a lab says of itself."""
    now = timezone.now()
    mine = lab.members.filter(user=request.user).first() if request.user.is_authenticated else None
    context = {
        "story": markup.render(lab.story) if lab.story else "",
        "terms": markup.render(lab.terms) if lab.terms else "",
        "week": week_of(lab, now),
        "other_days": other_days(lab, today(lab)),
        "photos": lab.photos.all(),
        "staff": lab.staff.select_related("user").order_by("since"),
        "tariffs": lab.tariffs.all(),
        "machines": lab.machines.exclude(state="retired").prefetch_related("loaded").order_by("name"),
        "map": map_settings(),
        "says_it_can": lab.okw.get("processes", []),
        "structured": structured.schema_org(lab),
        "membership": mine,
        "vouching": policy.labs_to_vouch(request.user, lab),
        "vouches": lab.vouches.select_related("by_lab"),
    }
    return show(request, lab, "fablab/lab.html", context, tab="overview")
