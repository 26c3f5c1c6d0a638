"""Who works in a lab, who belongs to it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from designs.actions.errors import RefusedError
from designs.views.lookup import person
from fablab.actions.members import ask_membership, end_membership, set_member
from fablab.actions.staff import add_staff, remove_staff
from fablab.forms.labs import MemberForm, StaffForm
from fablab.models import Lab
from fablab.views.labs_settings import acted, section
from fablab.views.page import lab_page


@lab_page("manage")
def people(request: HttpRequest, lab: Lab) -> HttpResponse:
    """Give and take roles."""
    form = StaffForm(request.POST if request.POST.get("action") == "add" else None)

    def add(request: HttpRequest, lab: Lab) -> str | None:
        if not form.is_valid():
            return None
        add_staff(lab, by=person(request), **form.cleaned_data)
        return _("Done.")

    def remove(request: HttpRequest, lab: Lab) -> str:
        chosen = request.POST.get("staff", "")
        remove_staff(lab, int(chosen) if chosen.isdigit() else 0)
        return _("Removed.")

    if answer := acted(request, lab, {"add": add, "remove": remove}):
        return answer
    staff = lab.staff.select_related("user").order_by("role", "since")
    status = 422 if request.method == "POST" else 200
    return section(request, lab, "people", {"form": form, "staff": staff}, status=status)


@lab_page("manage")
def members(request: HttpRequest, lab: Lab) -> HttpResponse:
    """Agree to who asks, set tariffs and dates, let go."""
    form = MemberForm(request.POST if request.POST.get("action") == "set" else None, lab=lab)

    def set_one(request: HttpRequest, lab: Lab) -> str | None:
        if not form.is_valid():
            return None
        set_member(lab, **form.cleaned_data)
        return _("Done.")

    def agree(request: HttpRequest, lab: Lab) -> str:
        set_member(lab, handle=request.POST.get("handle", ""), tariff=lab.tariffs.filter(is_default=True).first())
        return _("Agreed.")

    def remove(request: HttpRequest, lab: Lab) -> str:
        user = User.objects.filter(username=request.POST.get("handle", "")).first()
        if user:
            end_membership(lab, user, by=person(request))
        return _("Removed.")

    if answer := acted(request, lab, {"set": set_one, "agree": agree, "remove": remove}):
        return answer
    rows = lab.members.select_related("user", "tariff").order_by("-is_asked", "user__username")
    status = 422 if request.method == "POST" else 200
    return section(request, lab, "members", {"form": form, "members": rows}, status=status)


@require_POST
@lab_page("sign-in")
def join(request: HttpRequest, lab: Lab) -> HttpResponse:
    """Ask to become a member."""
    try:
        ask_membership(lab, by=person(request))
        messages.success(request, _("Asked. The lab answers here and by mail."))
    except RefusedError as refused:
        messages.error(request, str(refused))
    return redirect(lab)


@require_POST
@lab_page("sign-in")
def leave(request: HttpRequest, lab: Lab) -> HttpResponse:
    """Leave, or take back what one has asked."""
    end_membership(lab, person(request), by=person(request))
    messages.success(request, _("You are no member of this lab any more."))
    return redirect(lab)
