"""What a request costs: whole cents that add up, never below the minimum, never above the quote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fablab import pricing
from fablab.pricing import Rates

RATES = Rates(setup_cents=200, hour_cents=150, staff_hour_cents=3000, minimum_cents=500, kilogram_cents=2500)


def cents(found):
    return {one.kind: one.cents for one in found}


@pytest.mark.parametrize(
    ("seconds", "grams", "minutes", "expected"),
    [
        (7200, 100, 10, {"setup": 200, "material": 250, "machine": 300, "staff": 500}),
        (0, 0, 0, {"setup": 200}),
        (1, 0.1, 0, {"setup": 200}),
        (13, 0.2, 0, {"setup": 200, "machine": 1, "material": 1}),
    ],
)
def test_each_line_is_its_quantity_times_its_price(seconds, grams, minutes, expected):
    assert cents(pricing.lines(RATES, seconds=seconds, grams=grams, staff_minutes=minutes)) == expected


def test_what_costs_too_little_is_lifted_to_the_minimum_before_the_tariff():
    found = pricing.priced(pricing.lines(RATES, seconds=0), minimum_cents=500, tariff_percent=50, tariff="Students")
    assert cents(found) == {"setup": 200, "minimum": 300, "tariff": -250}
    assert pricing.total(found) == 250


def test_half_a_cent_of_a_tariff_is_the_requesters():
    found = pricing.priced([pricing.line("extra", "box", 1, "", 333)], minimum_cents=0, tariff_percent=50)
    assert pricing.total(found) == 166


@pytest.mark.parametrize(("quoted", "actual", "paid"), [(1000, 900, 900), (1000, 1100, 1000), (1000, -5, 0)])
def test_nobody_pays_more_than_was_quoted_and_less_is_credited(quoted, actual, paid):
    assert pricing.due(quoted, actual) == paid


@pytest.mark.parametrize("bad", [("fee", 1, 1), ("extra", -1, 1), ("extra", 1, -1), ("extra", 1e6, 10_000)])
def test_what_nobody_would_charge_is_refused(bad):
    kind, quantity, price = bad
    with pytest.raises(ValueError):
        pricing.line(kind, "", quantity, "", price)


amounts = st.tuples(
    st.sampled_from(["setup", "material", "machine", "staff", "extra"]),
    st.floats(0, 500, allow_nan=False),
    st.integers(0, 20_000),
)


@given(st.lists(amounts, max_size=8), st.integers(0, 5000), st.integers(0, 300))
def test_lines_add_up_to_the_total_and_the_tariff_never_takes_more_than_its_share(parts, least, percent):
    found = [pricing.line(kind, "", quantity, "", price) for kind, quantity, price in parts]
    priced = pricing.priced(found, minimum_cents=least, tariff_percent=percent)
    whole = max(sum(one.cents for one in found), least)
    assert pricing.total(priced) == sum(one.cents for one in priced)
    assert whole * percent // 100 == pricing.total(priced)
    assert pricing.priced(priced, minimum_cents=least, tariff_percent=percent) == priced
