"""What the addresses of the API name, for who may see it."""

from typing import Literal, cast

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import HttpError

from accounts.models import User
from fablab import policy
from fablab.models import Lab, Machine, Stock

Need = Literal["read", "operate", "manage"]
_ALLOWED = {"operate": policy.can_operate, "manage": policy.can_manage}


def me(request: HttpRequest) -> User:
    """Who asks; signed in, as the route's auth says."""
    return cast(User, request.user)


def lab_at(request: HttpRequest, slug: str, need: Need = "read") -> Lab:
    """The lab. Raises Http404; HttpError 401 or 403 for whoever may only read."""
    labs = Lab.objects.all() if policy.can_moderate(request.user) else Lab.objects.listed()
    lab = labs.filter(slug=slug).first()
    if lab is None:
        raise Http404("no such lab")
    if need != "read" and not _ALLOWED[need](request.user, lab):
        if not request.user.is_authenticated:
            raise HttpError(401, _("Sign in, or send an access token."))
        raise HttpError(403, _("You may not do this here."))
    return lab


def machine_at(lab: Lab, slug: str) -> Machine:
    """A machine of the lab. Raises Http404."""
    machine = lab.machines.select_related("training").filter(slug=slug).first()
    if machine is None:
        raise Http404("no such machine")
    machine.lab = lab
    return machine


def stock_at(lab: Lab, pk: int) -> Stock:
    """A material of the lab. Raises Http404."""
    stock = lab.stock.select_related("machine", "lab").filter(pk=pk).first() if 0 < pk < 1 << 63 else None
    if stock is None:
        raise Http404("no such stock")
    return stock
