"""The operators' board of a lab."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fablab import board as boards
from fablab import policy
from fablab.models import Lab, PrintRequest, Staff
from fablab.states import Actor
from fablab.templatetags.board import COLOURS
from fablab.views.page import lab_page, show


@require_safe
@never_cache
@lab_page("operate")
def board(request: HttpRequest, lab: Lab) -> HttpResponse:
    """Open requests by what is to be done; `?machine=` and `?material=` narrow them down."""
    chosen = {name: request.GET.get(name, "")[:60] for name in ("machine", "material")}
    rows = boards.requests_of(lab, **chosen)
    actors = {Actor.OPERATOR}
    if policy.has_role(request.user, lab, Staff.Role.MANAGER):
        actors.add(Actor.MANAGER)
    today = timezone.now().astimezone(ZoneInfo(lab.timezone)).date()
    shared = [
        (one, [(placed, one.plate.owners.index(placed.item.owner) % COLOURS) for placed in one.plate.placed])
        for one in boards.shared_plates(rows)
    ]
    context = {
        "columns": boards.columns(rows, frozenset(actors), today),
        "count": len(rows),
        "most": boards.MOST,
        "shared": shared,
        "machines": lab.machines.filter(takes_requests=True).exclude(state="retired").order_by("name"),
        "materials": _materials(lab),
        "chosen": chosen,
        "today": today,
    }
    return show(request, lab, "fablab/board.html", context, tab="requests")


def _materials(lab: Lab) -> list[str]:
    """Materials of open requests, as they are promised or were asked for."""
    rows = PrintRequest.objects.filter(lab=lab, state__in=boards.SHOWN).values_list("material", "stock__material")
    names = {(used or asked).strip() for asked, used in rows.distinct()}
    return sorted({name.casefold(): name for name in names if name}.values(), key=str.casefold)
