"""What every page of a lab does alike: find it, ask whether the person may, and show its head and tabs."""

from collections.abc import Callable, Mapping
from functools import update_wrapper
from typing import Any, Concatenate, Literal, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from designs.views.lookup import MovedError
from designs.views.page import answers
from designs.views.sign_in import signed_in
from fablab import policy
from fablab.models import Lab
from fablab.opening import opening

P = ParamSpec("P")
Need = Literal["read", "sign-in", "train", "operate", "manage"]
View = Callable[Concatenate[HttpRequest, Lab, P], HttpResponseBase]
Found = Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]
_ALLOWED = {"train": policy.can_train, "operate": policy.can_operate, "manage": policy.can_manage}


def lab_for(request: HttpRequest, slug: str, *, need: Need = "read") -> Lab:
    """The lab at an address. A hidden one is there for the staff of the site alone.

    Raises Http404; MovedError to the sign-in page for the anonymous where more than reading is asked; PermissionDenied.
    """
    labs = Lab.objects.all() if policy.can_moderate(request.user) else Lab.objects.listed()
    lab = labs.filter(slug=slug).first()
    if lab is None:
        raise Http404("no such lab")
    if need == "sign-in":
        signed_in(request)
    elif need != "read" and not _ALLOWED[need](request.user, lab):
        if not request.user.is_authenticated:
            raise MovedError(redirect_to_login(request.get_full_path()))
        raise PermissionDenied
    return lab


def lab_page(need: Need = "read") -> Callable[[View[P]], Found[P]]:
    """A view of one lab: gets the lab instead of its address. Needs other than reading need a sign-in."""

    def wrap(view: View[P]) -> Found[P]:
        def found(request: HttpRequest, lab: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            return view(request, lab_for(request, lab, need=need), *args, **kwargs)

        update_wrapper(found, view)
        return answers(cast("Any", found))

    return wrap


def show(
    request: HttpRequest,
    lab: Lab,
    template: str,
    context: Mapping[str, object],
    *,
    tab: str,
    status: int = 200,
) -> HttpResponse:
    """Render a page of a lab with its head and tabs: overview, machines, calendar, stock, requests, settings."""
    head = {
        "lab": lab,
        "tab": tab,
        "opening": opening(lab, timezone.now()),
        "can_manage": policy.can_manage(request.user, lab),
        "can_operate": policy.can_operate(request.user, lab),
        "can_train": policy.can_train(request.user, lab),
        "is_member": policy.is_member(request.user, lab),
        "can_moderate": policy.can_moderate(request.user),
    }
    return render(request, template, {**head, **context}, status=status)
