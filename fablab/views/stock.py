"""Materials of a lab: the list, one with all that became of it, and the list as CSV."""

from collections.abc import Iterator
from itertools import groupby

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from designs.actions.errors import RefusedError
from designs.views.lookup import person
from fablab.actions import stock as acts
from fablab.exports import lines
from fablab.forms.stock import MoveForm, StockForm
from fablab.models import Lab, Stock
from fablab.views.page import lab_page, show

PER_PAGE = 50
COLUMNS = (
    "id", "kind", "material", "brand", "colour", "density_g_cm3", "diameter_mm", "width_mm", "height_mm",
    "thickness_mm", "price_cents", "remaining_g", "held_g", "remaining_sheets", "held_sheets", "low_g", "low_sheets",
    "place",
)  # fmt: skip
_ACTS = {"use": acts.use, "deliver": acts.deliver, "waste": acts.waste, "correct": acts.correct}


@require_safe
@lab_page("operate")
def stock(request: HttpRequest, lab: Lab) -> HttpResponse:
    """What there is, by material; what runs low first of all."""
    rows = list(lab.stock.filter(is_used_up=False).select_related("machine"))
    by_material = [(name, list(group)) for name, group in groupby(rows, key=lambda one: one.material)]
    context = {
        "by_material": by_material,
        "low": [one for one in rows if one.is_low],
        "gone": lab.stock.filter(is_used_up=True).order_by("-pk")[:PER_PAGE],
    }
    return show(request, lab, "fablab/stock.html", context, tab="stock")


@lab_page("operate")
def stock_new(request: HttpRequest, lab: Lab) -> HttpResponse:
    """Another spool, stack or bottle; `?like=` begins with another's facts."""
    chosen = request.GET.get("like", "")
    like = lab.stock.filter(pk=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 19 else None
    fields = ("kind", "material", "brand", "colour", "colour_hex", *COLUMNS[5:11], "low_g", "low_sheets", "place")
    initial = {name: getattr(like, name) for name in fields} if like else None
    form = StockForm(request.POST or None, lab=lab, initial=initial)
    if request.method == "POST" and form.is_valid():
        added = acts.add_stock(lab, by=person(request), **form.cleaned_data)
        messages.success(request, _("%(stock)s is on the shelf.") % {"stock": added})
        return redirect("fablab:stock", lab.slug)
    return _form(request, lab, form, None)


@lab_page("operate")
def stock_edit(request: HttpRequest, lab: Lab, stock_id: int) -> HttpResponse:
    """Change what is said of it."""
    found = get_object_or_404(lab.stock, pk=stock_id)
    form = StockForm(request.POST or None, lab=lab, instance=found)
    if request.method == "POST" and form.is_valid():
        acts.change_stock(get_object_or_404(lab.stock, pk=stock_id), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("fablab:stock_item", lab.slug, stock_id)
    return _form(request, lab, form, get_object_or_404(lab.stock, pk=stock_id))


def _form(request: HttpRequest, lab: Lab, form: StockForm, item: Stock | None) -> HttpResponse:
    known = sorted(set(lab.stock.values_list("material", flat=True)) | {"PLA", "PETG", "ABS", "ASA", "TPU", "Plywood"})
    context = {"form": form, "item": item, "materials": known}
    return show(request, lab, "fablab/stock_form.html", context, tab="stock", status=422 if form.errors else 200)


@lab_page("operate")
def stock_item(request: HttpRequest, lab: Lab, stock_id: int) -> HttpResponse:
    """One, with each change of what is left; more of these."""
    found = get_object_or_404(lab.stock.select_related("machine"), pk=stock_id)
    form = MoveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            _ACTS[said["what"]](found, said["amount"], by=person(request), note=said["note"])
        except RefusedError as refused:
            form.add_error("amount", str(refused))
        else:
            messages.success(request, _("Written down."))
            return redirect("fablab:stock_item", lab.slug, stock_id)
    page = Paginator(found.moves.select_related("by"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"item": found, "form": form, "page": page}
    return show(request, lab, "fablab/stock_item.html", context, tab="stock", status=422 if form.errors else 200)


@require_POST
@lab_page("operate")
def stock_used_up(request: HttpRequest, lab: Lab, stock_id: int) -> HttpResponse:
    """It is empty, or gone."""
    found = get_object_or_404(lab.stock, pk=stock_id)
    acts.use_up(found, by=person(request))
    messages.success(request, _("%(stock)s is used up.") % {"stock": found})
    return redirect("fablab:stock", lab.slug)


@require_safe
@lab_page("operate")
def stock_csv(request: HttpRequest, lab: Lab) -> HttpResponseBase:
    """What there is, a line each."""
    answer = StreamingHttpResponse(lines(_rows(lab)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{lab.slug}-stock.csv"'
    return answer


def _rows(lab: Lab) -> Iterator[tuple[object, ...]]:
    yield (*COLUMNS, "machine")
    for one in lab.stock.filter(is_used_up=False).select_related("machine").iterator():
        yield (*(getattr(one, name) for name in COLUMNS), one.machine.slug if one.machine else "")
