"""What a request comes to in the end: never more than was quoted, less where less went into it."""

from fablab import pricing
from fablab.models import Attempt, PrintRequest, Quote


def due_cents(request: PrintRequest) -> int:
    """What is paid for what worked: the quote, or less where less material and time went into it."""
    quote = request.quote
    if quote is None:
        return 0
    attempt = Attempt.objects.filter(request=request, outcome=Attempt.Outcome.WORKED).last()
    if attempt is None or quote.source == Quote.Source.MANUAL:
        return quote.total_cents
    shares = {
        "machine": _share(attempt.actual_seconds, quote.seconds),
        "material": _share(attempt.actual_g, quote.grams),
    }
    return pricing.due(quote.total_cents, _priced(quote, shares))


def material_cents(request: PrintRequest) -> int:
    """What is paid where nothing came of it: the material of the quote alone."""
    quote = request.quote
    if quote is None:
        return 0
    return pricing.due(quote.total_cents, _priced(quote, {"material": 1.0}, others=0.0))


def _share(actual: float | None, quoted: float) -> float:
    return min(actual / quoted, 1.0) if quoted and actual is not None else 1.0


def _priced(quote: Quote, shares: dict[str, float], *, others: float = 1.0) -> int:
    """The lines anew, each with its share; what lifted the quote to the least price lifts no more than that."""
    found = [
        pricing.line(one["kind"], one["label"], one["quantity"] * shares.get(one["kind"], others), one["unit"],
                     one["unit_cents"])
        for one in quote.lines
        if one["kind"] not in {"minimum", "tariff"}
    ]  # fmt: skip
    least = sum(one["cents"] for one in quote.lines if one["kind"] != "tariff") if others else 0
    has_minimum = any(one["kind"] == "minimum" for one in quote.lines)
    priced = pricing.priced(found, minimum_cents=least if has_minimum else 0, tariff_percent=quote.tariff_percent)
    return pricing.total(priced)
