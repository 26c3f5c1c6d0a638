"""Stock: nothing is lost, however many change it at once, and each change has its line."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from designs.actions.errors import RefusedError
from fablab.actions import stock as acts
from fablab.models import Notice, Staff, Stock, StockMove
from tests.fablab.factories import make_lab, make_machine, make_stock
from tests.factories import make_user


def _sum(stock):
    return round(sum(move.sheets if stock.is_counted else move.grams for move in stock.moves.all()), 3)


@pytest.fixture
def ada(db):
    return make_user("ada")


@pytest.fixture
def lab(ada):
    return make_lab(manager=ada)


@pytest.fixture
def spool(lab, ada):
    return acts.add_stock(lab, by=ada, material="PLA", colour="red", amount=1000)


@pytest.fixture
def sheets(lab, ada):
    return acts.add_stock(lab, by=ada, kind=Stock.Kind.SHEET, material="Plywood", thickness_mm=3, amount=10)


def test_each_change_has_a_line_and_their_sum_is_what_is_left(spool, ada):
    acts.use(spool, 120.5, by=ada, note="lamp")
    acts.waste(spool, 30, by=ada)
    acts.deliver(spool, 250, by=ada)
    acts.correct(spool, 1100, by=ada, note="weighed")
    spool.refresh_from_db()
    assert spool.remaining_g == 1100 == _sum(spool)
    assert [move.reason for move in spool.moves.all()] == ["correction", "delivery", "waste", "use", "delivery"]
    assert all(move.by == ada for move in spool.moves.all())


def test_sheets_are_counted_in_sheets(sheets, ada):
    acts.use(sheets, 2.5, by=ada)
    sheets.refresh_from_db()
    assert (sheets.remaining_sheets, sheets.remaining_g) == (7.5, 0)
    assert _sum(sheets) == 7.5


def test_what_a_job_used_was_there_though_the_books_said_less(spool, ada):
    acts.use(spool, 1040, by=ada)
    spool.refresh_from_db()
    assert spool.remaining_g == 0 == _sum(spool)
    assert list(spool.moves.values_list("reason", "grams"))[:2] == [("use", -1040), ("correction", 40)]


def test_what_was_weighed_as_the_books_say_needs_no_line(spool, ada):
    assert acts.correct(spool, 1000, by=ada) is None
    assert spool.moves.count() == 1


@pytest.mark.parametrize("amount", [0, -5, float("nan"), float("inf")])
@pytest.mark.parametrize("act", [acts.use, acts.waste, acts.deliver])
def test_an_amount_is_more_than_nothing(spool, ada, act, amount):
    with pytest.raises(RefusedError):
        act(spool, amount, by=ada)
    spool.refresh_from_db()
    assert spool.remaining_g == 1000


def test_a_promise_takes_only_what_is_free(spool):
    acts.hold(spool, 700)
    with pytest.raises(acts.ShortError) as short:
        acts.hold(spool, 301)
    assert short.value.code == "short"
    assert "300" in str(short.value)
    acts.hold(spool, 300)
    acts.release(spool, 700)
    spool.refresh_from_db()
    assert (spool.held_g, spool.free, spool.remaining_g) == (300, 700, 1000)


def test_releasing_more_than_was_promised_leaves_nothing_promised(spool):
    acts.hold(spool, 10)
    acts.release(spool, 50)
    spool.refresh_from_db()
    assert spool.held_g == 0


def test_use_ends_its_promise_in_the_same_step(spool, ada):
    acts.hold(spool, 200)
    acts.use(spool, 150, by=ada, held=200)
    spool.refresh_from_db()
    assert (spool.remaining_g, spool.held_g) == (850, 0)


def test_what_is_used_up_promises_nothing_and_is_in_no_machine(lab, spool, ada):
    acts.load(spool, make_machine(lab))
    acts.use_up(spool, by=ada)
    spool.refresh_from_db()
    assert (spool.is_used_up, spool.machine, spool.remaining_g, _sum(spool)) == (True, None, 0, 0)
    with pytest.raises(acts.ShortError):
        acts.hold(spool, 1)


def test_a_spool_is_not_loaded_on_another_labs_machine(spool):
    with pytest.raises(RefusedError):
        acts.load(spool, make_machine(make_lab("other")))
    spool.refresh_from_db()
    assert spool.machine is None


def test_who_buys_is_told_once_when_it_falls_below_its_mark(lab, spool, ada):
    bob = make_user("bob")
    Staff.objects.create(lab=lab, user=bob, role=Staff.Role.OPERATOR)
    Staff.objects.create(lab=lab, user=ada, role=Staff.Role.OPERATOR)
    Staff.objects.create(lab=lab, user=make_user("tim"), role=Staff.Role.TRAINER)
    acts.use(spool, 800, by=ada)
    assert not Notice.objects.exists()
    acts.use(spool, 100, by=ada)
    acts.use(spool, 50, by=ada)
    told = Notice.objects.all()
    assert sorted(one.user.username for one in told) == ["ada", "bob"]
    assert {one.kind for one in told} == {"stock_low"}
    acts.deliver(spool, 1000, by=ada)
    acts.use(spool, 1000, by=ada)
    assert Notice.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_thirty_two_jobs_at_once_lose_no_gram(django_user_model):
    spool = make_stock(make_lab(), remaining_g=1000)

    def job(number):
        try:
            mine = Stock.objects.get(pk=spool.pk)
            acts.hold(mine, 10)
            acts.use(mine, 10.5, by=None, note=f"job {number}", held=10)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(job, range(32)))
    spool.refresh_from_db()
    assert (spool.remaining_g, spool.held_g) == (1000 - 32 * 10.5, 0)
    assert StockMove.objects.filter(stock=spool).count() == 32
    assert _sum(spool) == -32 * 10.5


@pytest.mark.django_db(transaction=True)
def test_of_many_promises_at_once_only_as_many_hold_as_there_is_material():
    spool = make_stock(make_lab(), remaining_g=100)

    def promise(_number):
        try:
            acts.hold(Stock.objects.get(pk=spool.pk), 30)
            return True
        except acts.ShortError:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        kept = sum(pool.map(promise, range(16)))
    spool.refresh_from_db()
    assert (kept, spool.held_g) == (3, 90)


def test_materials_are_listed_changed_and_taken_away_as_csv(client, lab, ada):
    client.force_login(ada)
    facts = {"kind": "spool", "material": "PETG", "colour": "=2+5", "amount": "750", "price_cents": "24,90"}
    assert client.post("/labs/atelier/stock/new/", facts).status_code == 302
    spool = lab.stock.get()
    assert (spool.remaining_g, spool.price_cents, spool.density_g_cm3, spool.low_g) == (750, 2490, 1.24, 100)
    page = client.get("/labs/atelier/stock/").content.decode()
    assert "750 g" in page
    assert "€24.90" in page
    item = f"/labs/atelier/stock/{spool.pk}/"
    assert client.post(item, {"what": "use", "amount": "250.5", "note": "lamp"}).status_code == 302
    assert client.post(item, {"what": "use", "amount": "0"}).status_code == 422
    assert client.post(item, {"what": "burn", "amount": "3"}).status_code == 422
    assert client.post(f"{item}edit/", {**facts, "material": "ASA", "amount": "9999"}).status_code == 302
    spool.refresh_from_db()
    assert (spool.remaining_g, spool.material) == (499.5, "ASA")
    assert "499.5 g" in client.get(item).content.decode()
    lines = b"".join(client.get("/labs/atelier/stock.csv").streaming_content).decode().splitlines()
    assert lines[0].startswith("id,kind,material,brand,colour")
    assert "'=2+5" in lines[1]
    assert client.post(f"{item}used-up/").status_code == 302
    assert len(b"".join(client.get("/labs/atelier/stock.csv").streaming_content).decode().splitlines()) == 1


@pytest.mark.parametrize(
    "wrong", [{"material": ""}, {"amount": "-1"}, {"density_g_cm3": "-2"}, {"colour_hex": "red"}, {"kind": "gold"}]
)
def test_what_makes_no_sense_of_a_material_is_said(client, lab, ada, wrong):
    client.force_login(ada)
    facts = {"kind": "spool", "material": "PLA", "amount": "1000", **wrong}
    assert client.post("/labs/atelier/stock/new/", facts).status_code == 422
    assert not lab.stock.exists()
