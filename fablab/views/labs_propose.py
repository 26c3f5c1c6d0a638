"""From a proposed lab to a verified one: propose, claim, decide, vouch, verify."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from designs.actions.errors import RefusedError
from designs.limits import within_limits
from designs.views.lookup import person
from designs.views.page import answers
from designs.views.sign_in import signed_in
from fablab import policy
from fablab.actions.claims import claim_lab, decide_claim
from fablab.actions.propose_lab import propose_lab
from fablab.actions.verify_lab import verify, vouch
from fablab.forms.labs import ClaimForm, ProposeForm
from fablab.maps import map_settings
from fablab.models import Claim, Lab
from fablab.views.page import lab_page, show


@answers
def propose(request: HttpRequest) -> HttpResponse:
    """Put a lab on the map."""
    signed_in(request)
    form = ProposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            within_limits(request, "propose_lab")
            lab = propose_lab(by=person(request), is_mine=form.cleaned_data["is_mine"], **form.facts())
        except RefusedError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The lab is on the map."))
            return redirect("fablab:settings", lab.slug) if form.cleaned_data["is_mine"] else redirect(lab)
    status = 422 if request.method == "POST" else 200
    return render(request, "fablab/lab_new.html", {"form": form, "map": map_settings()}, status=status)


@lab_page("sign-in")
def claim(request: HttpRequest, lab: Lab) -> HttpResponse:
    """Say that a proposed lab is mine."""
    form = ClaimForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            within_limits(request, "claim_lab")
            made = claim_lab(lab, by=person(request), reason=form.cleaned_data["reason"])
            if policy.can_decide_claims(request.user, lab):
                decide_claim(made, by=person(request), is_granted=True)
                messages.success(request, _("You now manage this lab."))
            else:
                messages.success(request, _("Asked. You are told here and by mail when it is decided."))
        except RefusedError as refused:
            form.add_error(None, str(refused))
        else:
            return redirect(lab)
    is_open = lab.claims.filter(user=person(request), decided_at=None).exists()
    context = {"form": form, "is_asked": is_open}
    return show(request, lab, "fablab/lab_claim.html", context, tab="", status=422 if form.errors else 200)


@answers
def claims(request: HttpRequest) -> HttpResponse:
    """Claims that this person decides, and their own."""
    signed_in(request)
    mine = person(request)
    rows = Claim.objects.select_related("lab", "user").filter(lab__hidden_at=None).order_by("-pk")
    if not policy.can_moderate(mine):
        rows = rows.filter(Q(lab__proposed_by=mine) | Q(user=mine))
    shown = [(one, one.decided_at is None and policy.can_decide_claims(mine, one.lab)) for one in rows[:200]]
    return render(request, "fablab/claims.html", {"claims": shown})


@require_POST
@answers
def decide(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Grant or refuse a claim."""
    signed_in(request)
    claim = get_object_or_404(Claim.objects.select_related("lab", "user"), pk=claim_id)
    if not policy.can_decide_claims(request.user, claim.lab):
        raise PermissionDenied
    try:
        decide_claim(claim, by=person(request), is_granted=request.POST.get("answer") == "yes")
        messages.success(request, _("Decided."))
    except RefusedError as refused:
        messages.error(request, str(refused))
    return redirect("fablab:claims")


@require_POST
@lab_page("sign-in")
def vouch_for(request: HttpRequest, lab: Lab) -> HttpResponse:
    """Vouch for a lab in the name of a verified one that this person manages."""
    chosen = request.POST.get("by_lab", "")
    mine = [one for one in policy.labs_to_vouch(request.user, lab) if str(one.pk) == chosen]
    if not mine:
        raise PermissionDenied
    try:
        vouch(lab, mine[0], by=person(request))
        messages.success(request, _("Thank you: you vouched for this lab."))
    except RefusedError as refused:
        messages.error(request, str(refused))
    return redirect(lab)


@require_POST
@lab_page("sign-in")
def verify_it(request: HttpRequest, lab: Lab) -> HttpResponse:
    """Verify a lab as staff of the site."""
    if not policy.can_moderate(request.user):
        raise PermissionDenied
    try:
        verify(lab)
        messages.success(request, _("The lab is verified."))
    except RefusedError as refused:
        messages.error(request, str(refused))
    return redirect(lab)
