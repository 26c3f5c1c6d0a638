"""What goes out with a request: tracking, labels, the receipt; the board; the Make on the design."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from pypdf import PdfReader

from designs.models import Analysis, Make
from fablab import board as boards
from fablab.accuracy import accuracy_of
from fablab.actions.make_of import make_of
from fablab.models import Attempt, MakeLink, PrintRequest, Quote, RequestEvent, RequestPart, Staff
from fablab.receipts import rows_of
from fablab.states import NEXT, Actor
from fablab.states import RequestState as S
from fablab.words_requests import STATES, TELLS
from jobs.models import State
from tests.fablab.factories import make_lab, make_machine, make_stock
from tests.factories import commit, make_project, make_user, picture

pytestmark = pytest.mark.django_db
LINES = [
    {"kind": "setup", "label": "", "quantity": 1, "unit": "", "unit_cents": 200, "cents": 200},
    {"kind": "material", "label": "", "quantity": 0.1, "unit": "kg", "unit_cents": 2500, "cents": 250},
    {"kind": "machine", "label": "", "quantity": 2, "unit": "h", "unit_cents": 150, "cents": 300},
]


@pytest.fixture
def ada():
    return make_user("ada")


@pytest.fixture
def olga():
    return make_user("olga")


@pytest.fixture
def lab(olga):
    return make_lab("atelier", name="L’Atelier Łódź", manager=olga, street="1 rue de l'Été")


def ask(lab, who, state, *, machine=None, stock=None, parts=(("a.stl", 1),), **values):
    quoted = state not in {S.DRAFT, S.SUBMITTED, S.NEEDS_INFO}
    request = PrintRequest.objects.create(
        lab=lab, requester=who, state=state, project_title="Secret widget", machine=machine, stock=stock,
        material="PLA", submitted_at=datetime(2026, 11, 1, tzinfo=UTC), **values,
    )  # fmt: skip
    for path, quantity in parts:
        RequestPart.objects.create(request=request, path=path, sha256="0" * 64, quantity=quantity)
    if quoted:
        request.quote = Quote.objects.create(
            request=request, version=1, state="accepted", machine=machine, stock=stock, lines=LINES, total_cents=750
        )
        request.save()
    return request


@pytest.fixture
def collected(lab, ada):
    return ask(
        lab, ada, S.COLLECTED, number=7, receipt_number=3, paid_at=datetime(2026, 11, 30, 23, 30, tzinfo=UTC),
        paid_note="en espèces", due_cents=700,
    )  # fmt: skip


def words_in(pdf):
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize("state", [state for state in S if state != S.DRAFT])
def test_the_tracking_page_says_the_state_and_nothing_of_people_or_the_design(client, lab, ada, state):
    request = ask(lab, ada, state, phone="+33 1 23", note="for my surgery")
    answer = client.get(f"/requests/track/{request.tracking}/")
    text = answer.content.decode().partition("<main")[2]
    assert answer.status_code == 200
    assert str(STATES[state]) in text
    assert str(TELLS[state]).split(";")[0].split("’")[0] in text
    for secret in ("ada", "Secret widget", "+33 1 23", "surgery", "a.stl"):
        assert secret not in text
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"] or "max-age=0" in answer["Cache-Control"]


def test_a_draft_or_a_wrong_link_is_not_tracked(client, lab, ada):
    assert client.get(f"/requests/track/{ask(lab, ada, S.DRAFT).tracking}/").status_code == 404
    assert client.get(f"/requests/track/{'x' * 27}/").status_code == 404


def test_labels_are_for_who_works_there_and_name_each_part(client, lab, ada, olga):
    request = ask(lab, ada, S.READY, parts=[("left.stl", 2), ("right.stl", 1)])
    address = f"/requests/{request.ref}/labels/"
    assert client.get(address).status_code == 302
    client.force_login(ada)
    assert client.get(address).status_code == 404
    client.force_login(olga)
    text = client.get(address).content.decode()
    assert text.count('class="qr"') == 2
    assert f"/requests/{request.ref}/</title>" in text
    assert "left.stl" in text


def test_the_receipt_is_a_pdf_with_accents_in_the_time_of_the_lab(client, collected, ada):
    client.force_login(ada)
    answer = client.get(f"/requests/{collected.ref}/receipt.pdf")
    assert answer["Content-Type"] == "application/pdf"
    text = words_in(answer.content)
    for word in (
        "L’Atelier Łódź",
        "1 rue de l'Été",
        "atelier-00003",
        "en espèces",
        "€7.00",
        "-€0.50",
        "100",
        collected.ref,
    ):
        assert word in text
    assert "Dec. 1, 2026" in text


def test_the_lines_of_a_receipt_add_up_to_what_was_due(collected):
    assert sum(row.cents for row in rows_of(collected)) == 700
    assert "Less went into it" in rows_of(collected)[-1].name


@pytest.mark.parametrize(
    ("quantity", "unit", "said"),
    [
        (13 / 6, "h", "2.17 h"),
        (0.035, "kg", "35 g"),
        (0.1, "kg", "100 g"),
        (0.3333, "sheet", "0.33 sheets"),
        (50, "%", "50 %"),
    ],
)
def test_amounts_on_a_receipt_are_rounded_not_cut(collected, quantity, unit, said):
    collected.quote.lines = [{**LINES[0], "quantity": quantity, "unit": unit}]
    assert rows_of(collected)[0].amount == said


def test_the_same_receipt_is_the_same_file(client, collected, olga):
    client.force_login(olga)
    first, second = (client.get(f"/requests/{collected.ref}/receipt.pdf").content for _ in range(2))
    assert first == second


def test_strangers_and_those_who_come_too_early_get_no_receipt(client, lab, ada, collected):
    client.force_login(make_user("eve"))
    assert client.get(f"/requests/{collected.ref}/receipt.pdf").status_code == 404
    client.force_login(ada)
    assert client.get(f"/requests/{ask(lab, ada, S.READY).ref}/receipt.pdf").status_code == 404


def test_the_board_is_for_operators_and_shows_every_open_request_once(client, lab, ada, olga):
    made = {state: ask(lab, ada, state) for state in S}
    client.force_login(ada)
    assert client.get("/labs/atelier/requests/").status_code == 403
    client.force_login(olga)
    answer = client.get("/labs/atelier/requests/")
    on_it = [card.request.state for column in answer.context["columns"] for card in column.cards]
    assert sorted(on_it) == sorted(boards.SHOWN)
    assert made[S.DRAFT].ref not in answer.content.decode()


def test_the_board_costs_the_same_for_two_and_for_twenty(client, lab, ada, olga, django_assert_max_num_queries):
    machine, stock = make_machine(lab), make_stock(lab)
    client.force_login(olga)
    for _ in range(20):
        ask(lab, ada, S.ACCEPTED, machine=machine, stock=stock)
    with django_assert_max_num_queries(40) as many:
        client.get("/labs/atelier/requests/")
    PrintRequest.objects.filter(pk__in=PrintRequest.objects.values("pk")[2:]).delete()
    with django_assert_max_num_queries(40) as few:
        client.get("/labs/atelier/requests/")
    assert len(few) == len(many)


def test_the_board_narrows_to_a_machine_and_a_material(client, lab, ada, olga):
    one, other = make_machine(lab, "one"), make_machine(lab, "two")
    a = ask(lab, ada, S.ACCEPTED, machine=one, stock=make_stock(lab, "PETG"))
    b = ask(lab, ada, S.ACCEPTED, machine=other)
    client.force_login(olga)

    def shown(query):
        found = client.get(f"/labs/atelier/requests/{query}").context["columns"]
        return {card.request.ref for column in found for card in column.cards}

    assert shown("?machine=one") == {a.ref}
    assert shown("?material=petg") == {a.ref}
    assert shown("?material=PLA") == {a.ref, b.ref}
    assert shown("?machine=nothing") == set()


def test_every_step_of_the_lab_is_offered_on_its_card_and_no_other(lab, ada):
    actors = frozenset({Actor.OPERATOR, Actor.MANAGER})
    for state in boards.SHOWN:
        (card,) = [
            card
            for column in boards.columns([ask(lab, ada, state)], actors, date(2026, 11, 30))
            for card in column.cards
        ]
        wanted = {move.verb for move in NEXT[S(state)].values() if move.who & actors}
        assert {step.verb for step in card.steps} == wanted, state


def test_late_requests_say_so(lab, ada):
    late = ask(lab, ada, S.ACCEPTED, due_on=date(2026, 11, 29))
    today = ask(lab, ada, S.ACCEPTED, due_on=date(2026, 11, 30))
    found = boards.columns([late, today], frozenset({Actor.OPERATOR}), date(2026, 11, 30))
    assert [card.is_late for column in found for card in column.cards] == [True, False]


def test_operators_of_another_lab_see_no_board(client, lab):
    bo = make_user("bo")
    Staff.objects.create(lab=make_lab("other"), user=bo, role="manager")
    client.force_login(bo)
    assert client.get("/labs/atelier/requests/").status_code == 403


@pytest.fixture
def project(ada):
    project = make_project(ada)
    commit(project, {"a.stl": "solid a\nendsolid a\n"})
    return project


def attempt_of(request, machine, *, number=1, outcome="worked", **values):
    now = datetime(2026, 11, 30, 9, tzinfo=UTC)
    return Attempt.objects.create(
        request=request, number=number, machine=machine, starts=now, ends=now + timedelta(hours=2), outcome=outcome,
        **{"estimated_seconds": 7200, "estimated_g": 100, "actual_seconds": 7920, "actual_g": 90, **values},
    )  # fmt: skip


def made(lab, ada, project, **values):
    machine = make_machine(lab, **values)
    request = ask(lab, ada, S.READY, machine=machine, stock=make_stock(lab, "PETG", colour="red"))
    request.project, request.commit = project, project.head
    request.save()
    return request, machine


def test_a_collected_request_is_a_make_on_the_design_with_its_photo(client, lab, ada, olga, project):
    request, machine = made(lab, ada, project)
    attempt = attempt_of(request, machine)
    attempt.photo.save("made.jpg", picture(), save=True)
    make = make_of(request, attempt, by=olga)
    assert (make.outcome, make.material, make.colour, make.seconds, make.grams) == ("worked", "PETG", "red", 7920, 90)
    assert make.machine["machine"] == "Mini"
    page = client.get("/@ada/widget/makes/").content.decode()
    assert "PETG, red" in page
    assert "2 h 10 min" in page
    assert "Makes" in client.get("/@ada/widget/").content.decode()
    photo = client.get(f"/@ada/widget/makes/{make.pk}/photo.webp")
    assert photo["Content-Type"] == "image/webp"
    machine.delete()
    make.refresh_from_db()
    assert make.machine["lab"] == lab.name
    assert MakeLink.objects.get(make=make).machine is None


def test_a_make_is_recorded_once_and_says_that_there_was_trouble(lab, ada, olga, project):
    request, machine = made(lab, ada, project)
    attempt_of(request, machine, outcome="failed")
    attempt = attempt_of(request, machine, number=2)
    assert make_of(request, attempt, by=olga) == make_of(request, attempt, by=olga)
    assert Make.objects.get().outcome == "trouble"


def test_no_make_where_the_design_is_gone(lab, ada, olga, project):
    request, machine = made(lab, ada, project)
    request.project = None
    assert make_of(request, attempt_of(request, machine), by=olga) is None


def test_makes_of_a_private_design_are_not_shown_to_strangers(client, lab, ada, olga, project):
    request, machine = made(lab, ada, project)
    attempt = attempt_of(request, machine)
    attempt.photo.save("made.jpg", picture(), save=True)
    make = make_of(request, attempt, by=olga)
    project.visibility = "private"
    project.save()
    assert client.get("/@ada/widget/makes/").status_code == 404
    assert client.get(f"/@ada/widget/makes/{make.pk}/photo.webp").status_code == 404


def test_designs_that_were_made_are_found_by_that(lab, ada, olga, project, index_now, client):
    request, machine = made(lab, ada, project)
    index_now()
    assert client.get("/search/?makes=yes").content.decode().count("/@ada/widget/") == 0
    make_of(request, attempt_of(request, machine), by=olga)
    index_now()
    assert "/@ada/widget/" in client.get("/search/?makes=yes").content.decode()


def test_estimate_and_reality_are_published_with_the_machine(client, lab, ada, project):
    request, machine = made(lab, ada, project)
    attempt_of(request, machine)
    attempt_of(request, machine, number=2, actual_seconds=6480)
    attempt_of(request, machine, number=3, outcome="failed", actual_seconds=10)
    found = accuracy_of(machine)
    assert (found.jobs, found.time_percent, found.grams_percent) == (2, 100, 90)
    assert (
        "half of them took less than 100 %"
        in client.get(f"/labs/atelier/machines/{machine.slug}/accuracy/").content.decode()
    )


def test_steps_of_the_tracking_page_carry_their_moments(client, lab, ada):
    request = ask(lab, ada, S.QUOTED)
    RequestEvent.objects.create(request=request, before=S.DRAFT, after=S.SUBMITTED)
    text = client.get(f"/requests/track/{request.tracking}/").content.decode()
    assert text.count("data-how") == 2
    assert 'aria-current="step"' in text


def measured(request, sides, sha256):
    request.parts.update(sha256=sha256, format="stl")
    Analysis.objects.create(
        sha256=sha256, format="stl", state=State.DONE, facts={"triangles": 12, "size_mm": [*map(float, sides)]}
    )
    return request


def test_accepted_requests_of_one_material_and_quality_are_suggested_for_one_bed(client, lab, ada, olga):
    machine, black, red = make_machine(lab), make_stock(lab), make_stock(lab, colour="red")
    first = measured(ask(lab, ada, S.ACCEPTED, machine=machine, stock=black), (60, 60, 10), "1" * 64)
    second = measured(ask(lab, olga, S.ACCEPTED, machine=machine, stock=black), (50, 80, 10), "2" * 64)
    measured(ask(lab, ada, S.ACCEPTED, machine=machine, stock=red), (10, 10, 10), "3" * 64)
    measured(ask(lab, ada, S.ACCEPTED, machine=machine, stock=black, quality="fine"), (10, 10, 10), "4" * 64)
    measured(ask(lab, ada, S.QUOTED, machine=machine, stock=black), (10, 10, 10), "5" * 64)
    (bed,) = boards.shared_plates(boards.requests_of(lab))
    assert {one.pk for one in bed.requests} == {first.pk, second.pk}
    client.force_login(olga)
    page = client.get("/labs/atelier/requests/").content.decode()
    assert page.count('<rect class="part-') == 2
    assert 'viewBox="0 0 180.00 180.00"' in page


def test_parts_that_do_not_go_on_one_bed_are_not_suggested(lab, ada):
    machine, black = make_machine(lab), make_stock(lab)
    for number in "12":
        measured(ask(lab, ada, S.ACCEPTED, machine=machine, stock=black), (150, 150, 10), number * 64)
    assert boards.shared_plates(boards.requests_of(lab)) == []
