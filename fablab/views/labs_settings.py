"""What managers say of their lab, a page for each section."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from designs.actions.errors import RefusedError
from designs.views.lookup import person
from fablab.actions import change_lab as change
from fablab.actions.propose_lab import place
from fablab.forms.labs import HoursForm, LabForm, PhotoForm, SpecialDayForm, TariffForm, TermsForm
from fablab.maps import map_settings
from fablab.models import Lab
from fablab.views.page import lab_page, show
from fablab.week import other_days

Act = Callable[[HttpRequest, Lab], str | None]


def section(
    request: HttpRequest, lab: Lab, name: str, context: dict[str, object], *, status: int = 200
) -> HttpResponse:
    """A page of the settings; `name` is its template and where the side list says one is."""
    return show(
        request, lab, f"fablab/settings_{name}.html", {"section": name, **context}, tab="settings", status=status
    )


def acted(request: HttpRequest, lab: Lab, acts: dict[str, Act]) -> HttpResponse | None:
    """Do what the sent button or form names, say so, and show the page again; None where nothing was done."""
    act = acts.get(request.POST.get("action", ""))
    if request.method != "POST" or act is None:
        return None
    try:
        said = act(request, lab)
    except RefusedError as refused:
        messages.error(request, str(refused))
        return None
    if said is None:
        return None
    messages.success(request, said)
    return redirect(request.path)


@lab_page("manage")
def about(request: HttpRequest, lab: Lab) -> HttpResponse:
    """Name, story, address, contact; whether it is open just now; closing it for good."""
    acts: dict[str, Act] = {"now": _say_now, "close": _close, "reopen": _reopen}
    if answer := acted(request, lab, acts):
        return answer
    sent = request.POST if request.POST.get("action") == "describe" else None
    form = LabForm(sent, instance=Lab.objects.get(pk=lab.pk))
    if sent is not None and form.is_valid():
        place(form.instance)
        facts = form.facts()
        facts |= {name: getattr(form.instance, name) for name in ("latitude", "longitude", "timezone")}
        change.change_lab(lab, **facts)
        messages.success(request, _("Saved."))
        return redirect(request.path)
    context = {"form": form, "map": map_settings()}
    return section(request, lab, "about", context, status=422 if request.method == "POST" else 200)


def _say_now(request: HttpRequest, lab: Lab) -> str:
    said = {"open": True, "closed": False}.get(request.POST.get("now", ""))
    change.say_open(lab, is_open=said)
    if said is None:
        return _("The opening hours count again.")
    return _("Said: open now.") if said else _("Said: closed now.")


def _close(request: HttpRequest, lab: Lab) -> str:
    change.change_lab(lab, standing=Lab.Standing.CLOSED)
    return _("The lab is closed for good. It stays on its address, but in no list.")


def _reopen(request: HttpRequest, lab: Lab) -> str:
    verified = Lab.Standing.VERIFIED if lab.verified_at else Lab.Standing.CLAIMED
    change.change_lab(lab, standing=verified)
    return _("The lab is back.")


@lab_page("manage")
def hours(request: HttpRequest, lab: Lab) -> HttpResponse:
    """The week, and the days that are otherwise."""
    action = request.POST.get("action", "")
    week = HoursForm(request.POST if action == "week" else None, lab=lab)
    special = SpecialDayForm(request.POST if action == "special" else None)

    def set_week(request: HttpRequest, lab: Lab) -> str | None:
        if not week.is_valid():
            return None
        change.set_hours(lab, week.week("all"), week.week("members"))
        return _("Saved.")

    def add_special(request: HttpRequest, lab: Lab) -> str | None:
        if not special.is_valid():
            return None
        said = special.cleaned_data
        count = change.add_special_day(lab, said["day"], said["until"], said["hours"], said["reason"])
        return _("Days set: %(count)d.") % {"count": count}

    def remove_special(request: HttpRequest, lab: Lab) -> str:
        first, last = (parse_date(request.POST.get(name, "")) for name in ("first", "last"))
        if first and last:
            change.remove_special_days(lab, first, last)
        return _("Removed.")

    if answer := acted(request, lab, {"week": set_week, "special": add_special, "remove": remove_special}):
        return answer
    context = {"week": week, "special": special, "days": other_days(lab, change.today(lab))}
    return section(request, lab, "hours", context, status=422 if request.method == "POST" else 200)


@lab_page("manage")
def photos(request: HttpRequest, lab: Lab) -> HttpResponse:
    """The photo that stands for the lab, and more of them."""
    form = PhotoForm(request.POST, request.FILES) if request.POST.get("action") in {"add", "main"} else PhotoForm()

    def add(request: HttpRequest, lab: Lab) -> str | None:
        if not form.is_valid():
            return None
        file = form.cleaned_data["file"]
        if request.POST["action"] == "main":
            change.set_photo(lab, file, size=file.size)
        else:
            change.add_photo(lab, file, size=file.size, title=form.cleaned_data["title"], by=person(request))
        return _("The photo is there.")

    def remove(request: HttpRequest, lab: Lab) -> str:
        chosen = request.POST.get("photo", "")
        if chosen == "main":
            change.set_photo(lab, None)
        else:
            change.remove_photo(get_object_or_404(lab.photos, pk=int(chosen) if chosen.isdigit() else 0))
        return _("Removed.")

    if answer := acted(request, lab, {"add": add, "main": add, "remove": remove}):
        return answer
    context = {"form": form, "photos": lab.photos.all()}
    return section(request, lab, "photos", context, status=422 if request.method == "POST" else 200)


@lab_page("manage")
def terms(request: HttpRequest, lab: Lab) -> HttpResponse:
    """How the lab takes requests, and its tariffs."""
    action = request.POST.get("action", "")
    form = TermsForm(request.POST if action == "terms" else None, instance=Lab.objects.get(pk=lab.pk))
    tariff = TariffForm(request.POST if action == "tariff" else None)

    def set_terms(request: HttpRequest, lab: Lab) -> str | None:
        if not form.is_valid():
            return None
        change.change_lab(lab, **form.cleaned_data)
        return _("Saved.")

    def add_tariff(request: HttpRequest, lab: Lab) -> str | None:
        if not tariff.is_valid():
            return None
        change.add_tariff(lab, **tariff.cleaned_data)
        return _("The tariff is there.")

    def remove_tariff(request: HttpRequest, lab: Lab) -> str:
        chosen = request.POST.get("tariff", "")
        lab.tariffs.filter(pk=int(chosen) if chosen.isdigit() else 0).delete()
        return _("Removed.")

    if answer := acted(request, lab, {"terms": set_terms, "tariff": add_tariff, "remove": remove_tariff}):
        return answer
    context = {"form": form, "tariff": tariff, "tariffs": lab.tariffs.all()}
    return section(request, lab, "terms", context, status=422 if request.method == "POST" else 200)
