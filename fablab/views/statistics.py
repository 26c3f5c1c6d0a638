"""A lab's numbers, and its rows to take away."""

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fablab import exports
from fablab.models import Lab
from fablab.statistics import numbers
from fablab.views.page import lab_page, show

YEAR = timedelta(days=364)
LONGEST = timedelta(days=3660)
WIDE, HIGH, GAP = 600.0, 120.0, 0.25
"""Of a plot, in its own units; the share of a bar's room that stays empty."""


class Plot:
    """Bars, one a month: (first day, value). Drawn by the page as SVG, with the numbers in the table below it."""

    def __init__(self, title: str, unit: str, values: Sequence[tuple[date, float]]) -> None:
        self.title, self.unit = title, unit
        self.most = max((value for _, value in values), default=0.0)
        step = WIDE / max(len(values), 1)
        self.bars = [
            {
                "x": f"{number * step + step * GAP / 2:.1f}",
                "y": f"{HIGH - HIGH * value / (self.most or 1):.1f}",
                "width": f"{step * (1 - GAP):.1f}",
                "height": f"{HIGH * value / (self.most or 1):.1f}",
                "first": first,
                "value": value,
            }
            for number, (first, value) in enumerate(values)
        ]


@require_safe
@lab_page("operate")
def statistics(request: HttpRequest, lab: Lab) -> HttpResponse:
    """From a day to a day, the last year where nothing is said."""
    today = timezone.now().astimezone(ZoneInfo(lab.timezone)).date()
    last = _day(request.GET.get("to", "")) or today
    first = _day(request.GET.get("from", "")) or last - YEAR
    if not timedelta() <= last - first <= LONGEST:
        first, last = today - YEAR, today
    found = numbers(lab, first, last)
    context = {
        "found": found,
        "total": found.total,
        "plots": [
            Plot(_("Machine hours"), "h", [(one.first, one.machine_hours) for one in found.months]),
            Plot(_("Requests"), "", [(one.first, one.requests) for one in found.months]),
            Plot(_("Material used"), "g", [(one.first, one.grams) for one in found.months]),
            Plot(_("Attempts that failed"), "%", [(one.first, one.failure_percent or 0) for one in found.months]),
        ],
        "kinds": list(exports.EXPORTS),
    }
    return show(request, lab, "fablab/statistics.html", context, tab="statistics")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@require_safe
@lab_page("operate")
def export(_request: HttpRequest, lab: Lab, kind: str) -> HttpResponseBase:
    """Rows as CSV."""
    if kind not in exports.EXPORTS:
        raise Http404("no such export")
    answer = StreamingHttpResponse(exports.lines(exports.EXPORTS[kind](lab)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{lab.slug}-{kind}.csv"'
    return answer
