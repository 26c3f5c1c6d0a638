"""A receipt as PDF/A4: what was made, what it cost, and how it was paid. Payment is noted, never processed here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from fablab.models import PrintRequest
from fablab.words import money_words
from fablab.words_requests import line_name

FAMILY = "DejaVu"
MARGIN_MM = 22
GREY = 110


@dataclass(frozen=True)
class Row:
    """One line: what for, how much of it, and what it comes to in cents."""

    name: str
    amount: str
    cents: int


def receipt(request: PrintRequest) -> bytes:
    """The receipt of a request that was collected, in the language that is active. The same words give the same bytes.

    Raises ValueError where the request has no receipt.
    """
    if request.receipt_number is None or request.paid_at is None or request.quote is None:
        raise ValueError("no receipt")
    lab = request.lab
    at = request.paid_at.astimezone(ZoneInfo(lab.timezone))
    number = receipt_number(request)
    page = _page(at, _("Receipt %(number)s") % {"number": number})
    _head(page, request, number, at)
    _table(page, rows_of(request), request.quote.currency)
    _foot(page, request)
    return bytes(page.output())


def receipt_number(request: PrintRequest) -> str:
    """The number as it is written: the lab's address and a count without gaps."""
    return f"{request.lab.slug}-{request.receipt_number or 0:05}"


def rows_of(request: PrintRequest) -> list[Row]:
    """The lines of the quote that was accepted, and what is given back because less went into it."""
    quote = request.quote
    if quote is None:
        return []
    found = [Row(line_name(one["kind"], one["label"]), _amount(one), one["cents"]) for one in quote.lines]
    due = quote.total_cents if request.due_cents is None else request.due_cents
    if due != quote.total_cents:
        found.append(Row(_("Less went into it than was quoted"), "", due - quote.total_cents))
    return found


def _amount(line: dict[str, Any]) -> str:
    quantity, unit = line["quantity"], line["unit"]
    if not unit:
        return ""
    if unit == "kg":
        return f"{_plain(quantity * 1000)} g"
    if unit == "sheet":
        return _("%(n)s sheets") % {"n": _plain(quantity)}
    return f"{_plain(quantity)} {unit}"


def _plain(value: float) -> str:
    """Rounded to two digits, without zeros at the end; Django's own format cuts instead of rounding."""
    rounded = round(Decimal(str(value)), 2).normalize()
    return number_format(rounded.quantize(Decimal(1)) if rounded == rounded.to_integral() else rounded)


def _page(at: datetime, title: str) -> FPDF:
    page = FPDF(format="A4")
    page.set_creation_date(at)
    page.set_title(title)
    page.set_creator(settings.SITE_NAME)
    page.set_lang(get_language() or "en")
    page.set_margins(MARGIN_MM, MARGIN_MM)
    page.add_font(FAMILY, "", settings.FONTS_DIR / "DejaVuSans.ttf")
    page.add_font(FAMILY, "B", settings.FONTS_DIR / "DejaVuSans-Bold.ttf")
    page.add_page()
    return page


def _line(page: FPDF, text: str, *, size: float = 10, bold: bool = False, grey: bool = False) -> None:
    page.set_font(FAMILY, "B" if bold else "", size)
    page.set_text_color(GREY if grey else 0)
    page.multi_cell(0, size * 0.5, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")


def _head(page: FPDF, request: PrintRequest, number: str, at: datetime) -> None:
    lab = request.lab
    _line(page, lab.name, size=16, bold=True)
    where = ", ".join(part for part in (lab.street, f"{lab.postcode} {lab.city}".strip(), lab.country_name) if part)
    for text in (where, lab.email, lab.website):
        if text:
            _line(page, text, size=9, grey=True)
    page.ln(12)
    _line(page, _("Receipt %(number)s") % {"number": number}, size=14, bold=True)
    page.ln(2)
    about: Sequence[tuple[str, str]] = (
        (_("Date"), date_format(at, "DATE_FORMAT")),
        (_("For"), request.requester.title if request.requester else ""),
        (_("Request"), request.ref),
        (_("Design"), " ".join(part for part in (request.project_title, request.tag) if part)),
        (_("Parts"), ", ".join(f"{part.quantity} × {part.path}" for part in request.parts.all())),
    )
    for label, text in about:
        if text:
            page.set_font(FAMILY, "", 10)
            page.set_text_color(GREY)
            page.cell(32, 6, label)
            page.set_text_color(0)
            page.multi_cell(0, 6, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
    page.ln(8)


def _table(page: FPDF, rows: Sequence[Row], currency: str) -> None:
    page.set_font(FAMILY, "", 10)
    page.set_text_color(0)
    page.set_draw_color(200)
    with page.table(
        col_widths=(60, 22, 22), text_align=("LEFT", "RIGHT", "RIGHT"), borders_layout="HORIZONTAL_LINES", padding=1.5
    ) as table:
        head = table.row()
        for word in (_("What"), _("How much"), _("Price")):
            head.cell(word)
        for one in rows:
            row = table.row()
            for word in (one.name, one.amount, money_words(one.cents, currency)):
                row.cell(word)
    page.ln(4)
    page.set_font(FAMILY, "B", 12)
    total = money_words(max(sum(one.cents for one in rows), 0), currency)
    page.cell(0, 8, _("In all: %(total)s") % {"total": total}, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _foot(page: FPDF, request: PrintRequest) -> None:
    page.ln(6)
    if request.paid_note:
        _line(page, _("Paid: %(how)s") % {"how": request.paid_note})
    page.ln(10)
    site = {"site": settings.SITE_NAME, "address": f"{settings.SITE_URL}{request.get_absolute_url()}"}
    _line(page, _("Noted by %(site)s, which takes no payments: %(address)s") % site, size=8, grey=True)
