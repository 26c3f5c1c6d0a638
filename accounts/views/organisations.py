"""Pages of an organisation: make one, describe it, say who is in it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import policy
from accounts.actions.create_organisation import create_organisation
from accounts.actions.memberships import LastOwnerError, remove_member, set_role
from accounts.forms import MemberForm, NewOrganisationForm, OrganisationForm
from accounts.models import Membership, Namespace, Organisation, User
from accounts.views.settings import person


def _organisation(request: HttpRequest, handle: str, *, own: bool) -> Organisation:
    """The organisation of a handle, for its members (404 to others), or its owners (403 to other members)."""
    namespace = get_object_or_404(Namespace.objects.select_related("organisation"), handle=handle)
    if namespace.organisation is None or policy.role_in(request.user, namespace) is None:
        raise Http404("no such organisation")
    if own and not policy.can_own(request.user, namespace):
        raise PermissionDenied
    return namespace.organisation


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Make an organisation."""
    form = NewOrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            create_organisation(facts["handle"], name=facts["name"], by=person(request))
        except ValidationError as error:
            form.add_error("handle", error)
        else:
            return redirect("accounts:organisation_members", handle=facts["handle"])
    return render(request, "accounts/organisation_new.html", {"form": form})


@login_required
def settings(request: HttpRequest, handle: str) -> HttpResponse:
    """Name, picture, place, web site."""
    organisation = _organisation(request, handle, own=True)
    form = OrganisationForm(request.POST or None, request.FILES or None, instance=organisation)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("accounts:organisation_settings", handle=handle)
    context = {"form": form, "organisation": organisation, "handle": handle, "can_own": True, "tab": "settings"}
    return render(request, "accounts/organisation_settings.html", context)


@login_required
def members(request: HttpRequest, handle: str) -> HttpResponse:
    """Who is in it; owners add people and change roles."""
    organisation = _organisation(request, handle, own=request.method == "POST")
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            set_role(organisation, form.cleaned_data["handle"], form.cleaned_data["role"])
        except LastOwnerError as error:
            form.add_error("role", str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:organisation_members", handle=handle)
    context = {
        "form": form,
        "organisation": organisation,
        "handle": handle,
        "members": organisation.memberships.select_related("user").order_by("user__username"),
        "roles": Membership.Role.choices,
        "can_own": policy.can_own(request.user, organisation.namespace),
        "tab": "members",
    }
    return render(request, "accounts/organisation_members.html", context)


@login_required
@require_POST
def remove(request: HttpRequest, handle: str, username: str) -> HttpResponse:
    """Owners take anybody out; everybody may leave."""
    myself = username == person(request).username
    organisation = _organisation(request, handle, own=not myself)
    try:
        remove_member(organisation, get_object_or_404(User, username=username))
    except LastOwnerError as error:
        messages.error(request, str(error))
        return redirect("accounts:organisation_members", handle=handle)
    if myself:
        messages.success(request, _("You have left %(name)s.") % {"name": organisation})
        return redirect("accounts:settings_account")
    return redirect("accounts:organisation_members", handle=handle)
