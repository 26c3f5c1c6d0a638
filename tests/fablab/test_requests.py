"""A request from the first click to the part in somebody's hands: what each step takes, holds, frees and tells."""

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from designs.actions.errors import RefusedError
from designs.models import Analysis
from fablab import due, pricing
from fablab.actions import answer_request, dispute_request, make_request, quote_request
from fablab.actions.advance import WrongStateError
from fablab.actions.close import close
from fablab.actions.estimate_request import Estimate, estimate
from fablab.actions.occupy import TakenError
from fablab.actions.open_request import open_request, submit
from fablab.models import Attempt, Member, Notice, Occupation, PrintRequest, Quarter, Quote, Staff, Stock, Tariff
from jobs.models import State
from storage import blobs
from tests import solids
from tests.fablab.factories import make_lab, make_machine, make_stock
from tests.factories import commit, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_user()


@pytest.fixture
def olga():
    return make_user("olga")


@pytest.fixture
def lab(olga):
    return make_lab(manager=olga)


@pytest.fixture
def machine(lab):
    return make_machine(lab, runs_overnight=True)


@pytest.fixture
def spool(lab):
    return make_stock(lab)


@pytest.fixture
def project(ada):
    project = make_project(ada)
    commit(project, {"cube.stl": solids.box((20, 20, 20)), "lid.stl": solids.box((20, 20, 2))})
    return project


@pytest.fixture
def draft(lab, project, ada):
    parts = [(project.files.get(path="cube.stl"), 2), (project.files.get(path="lid.stl"), 1)]
    return open_request(
        lab, project, by=ada, commit=project.head, tag="", parts=parts, material="PLA", may_forward=True
    )


@pytest.fixture
def submitted(draft, ada):
    submit(draft, by=ada, accepts_terms=True)
    return draft


def quoted(request, by, machine, spool, **values):
    found = Estimate(Quote.Source.SLICER, seconds=7200, grams=100, **values)
    quote = quote_request.draft_quote(request, by=by, machine=machine, stock=spool, estimate=found)
    quote_request.send_quote(quote, by=by)
    request.refresh_from_db()
    return quote


@pytest.fixture
def accepted(submitted, olga, ada, machine, spool):
    quote = quoted(submitted, olga, machine, spool)
    quote_request.accept_quote(submitted, by=ada, version=quote.version)
    return submitted


def tomorrow():
    return (timezone.now() + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def begun(accepted, olga, machine):
    make_request.schedule(accepted, by=olga, machine=machine, starts=tomorrow(), seconds=7200)
    make_request.begin(accepted, by=olga, bed_is_clear=True)
    return accepted


def told(user):
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


def test_submission_pins_every_content_and_later_pushes_change_nothing(submitted, project, olga):
    commit(project, {"cube.stl": solids.box((99, 9, 9))})
    pinned = {part.path: part.sha256 for part in submitted.parts.all()}
    assert pinned["cube.stl"] != project.files.filter(path="cube.stl").latest("pk").sha256
    assert all(blobs.exists(sha256) for sha256 in pinned.values())
    assert (submitted.number, submitted.state) == (1, "submitted")
    assert told(olga) == ["request_submitted"]


def test_pinned_parts_outlive_the_project(submitted, project):
    pinned = submitted.parts.get(path="lid.stl").sha256
    project.delete()
    submitted.refresh_from_db()
    assert submitted.project is None
    assert submitted.project_title == "Widget"
    assert hashlib.sha256(blobs.open_blob(pinned).read()).hexdigest() == pinned


def test_a_lab_that_nobody_runs_takes_no_requests(project, ada):
    file = project.files.get(path="lid.stl")
    with pytest.raises(RefusedError):
        open_request(make_lab("asleep", standing="proposed"), project, by=ada, commit="", tag="", parts=[(file, 1)])


def test_a_question_stops_the_labs_clock_and_an_answer_starts_it(submitted, olga, ada):
    answer_request.ask_info(submitted, by=olga, text="Which side is up?")
    PrintRequest.objects.filter(pk=submitted.pk).update(waiting_since=timezone.now() - timedelta(hours=3))
    submitted.refresh_from_db()
    answer_request.answer_info(submitted, by=ada, text="The flat one.")
    assert submitted.state == "submitted"
    assert 3 * 3600 <= submitted.waited_seconds < 3 * 3600 + 60
    assert [message.text for message in submitted.messages.all()] == ["Which side is up?", "The flat one."]
    assert told(ada) == ["request_needs_info"]


def test_a_lab_says_no_with_a_reason_of_the_list(submitted, olga, ada):
    with pytest.raises(RefusedError):
        answer_request.reject(submitted, by=olga, code="do not like it")
    answer_request.reject(submitted, by=olga, code="too-large", text="Try a larger lab.")
    assert (submitted.state, submitted.events.last().code) == ("rejected", "too-large")
    assert told(ada) == ["request_rejected"]


def test_a_request_is_passed_on_with_consent_alone_and_keeps_its_parts(submitted, olga, ada):
    other = make_lab("fabrique", manager=make_user("nora"))
    submitted.may_forward = False
    with pytest.raises(RefusedError, match="agreed"):
        answer_request.forward(submitted, other, by=olga)
    submitted.may_forward = True
    copy = answer_request.forward(submitted, other, by=olga)
    assert (submitted.state, copy.state, copy.forwarded_from) == ("forwarded", "submitted", submitted)
    assert [part.sha256 for part in copy.parts.all()] == [part.sha256 for part in submitted.parts.all()]
    assert copy.tracking != submitted.tracking


def test_a_quote_is_priced_by_machine_material_and_the_members_tariff(submitted, olga, ada, machine, spool):
    students = Tariff.objects.create(lab=submitted.lab, name="Students", percent=50)
    Member.objects.create(lab=submitted.lab, user=ada, tariff=students)
    quote = quoted(submitted, olga, machine, spool)
    kinds = {line["kind"]: line["cents"] for line in quote.lines}
    assert kinds == {"setup": 200, "material": 250, "machine": 300, "tariff": -375}
    assert quote.total_cents == 375
    spool.refresh_from_db()
    assert spool.held_g == 100
    assert told(ada) == ["request_quoted"]


def test_a_quote_that_was_sent_is_frozen_and_a_new_one_replaces_it(submitted, olga, ada, machine, spool):
    first = quoted(submitted, olga, machine, spool)
    with pytest.raises(RefusedError, match="frozen"):
        quote_request.edit_quote(first, by=olga, lines=[], seconds=1, grams=1)
    second = quoted(submitted, olga, machine, spool)
    first.refresh_from_db()
    assert (first.state, second.version) == ("replaced", 2)
    spool.refresh_from_db()
    assert spool.held_g == 100
    with pytest.raises(RefusedError, match="newer"):
        quote_request.accept_quote(submitted, by=ada, version=1)
    quote_request.accept_quote(PrintRequest.objects.get(pk=submitted.pk), by=ada, version=2)


def test_an_operator_edits_the_lines_of_a_draft(submitted, olga, machine, spool):
    found = Estimate(Quote.Source.SLICER, seconds=3600, grams=10)
    quote = quote_request.draft_quote(submitted, by=olga, machine=machine, stock=spool, estimate=found)
    lines = [pricing.line("extra", "Sanding", 2, "h", 1500)]
    quote = quote_request.edit_quote(quote, by=olga, lines=lines, seconds=3600, grams=12)
    assert (quote.total_cents, quote.grams) == (3000, 12)


def test_two_operators_cannot_both_quote(submitted, olga, machine, spool):
    found = Estimate(Quote.Source.MANUAL, seconds=3600)
    quote = quote_request.draft_quote(submitted, by=olga, machine=machine, stock=spool, estimate=found)
    twin = Quote.objects.get(pk=quote.pk)
    quote_request.send_quote(quote, by=olga)
    with pytest.raises(RefusedError):
        quote_request.send_quote(twin, by=olga)


def test_nobody_but_the_requester_accepts_and_only_in_time(submitted, olga, ada, machine, spool):
    quote = quoted(submitted, olga, machine, spool)
    with pytest.raises(WrongStateError):
        quote_request.accept_quote(submitted, by=olga, version=quote.version)
    Quote.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(RefusedError, match="expired"):
        quote_request.accept_quote(PrintRequest.objects.get(pk=submitted.pk), by=ada, version=quote.version)
    assert quote_request.expire_quotes() == 1
    assert quote_request.expire_quotes() == 0
    submitted.refresh_from_db()
    spool.refresh_from_db()
    assert (submitted.state, spool.held_g) == ("expired", 0)


def test_accepting_twice_accepts_once(submitted, olga, ada, machine, spool):
    quote = quoted(submitted, olga, machine, spool)
    twin = PrintRequest.objects.get(pk=submitted.pk)
    quote_request.accept_quote(submitted, by=ada, version=quote.version)
    with pytest.raises(WrongStateError):
        quote_request.accept_quote(twin, by=ada, version=quote.version)
    assert submitted.events.filter(after="accepted").count() == 1


def test_a_slot_is_taken_with_the_step_or_neither_happens(accepted, olga, machine):
    occupied = make_request.schedule(accepted, by=olga, machine=machine, starts=tomorrow(), seconds=7200)
    assert Quarter.objects.filter(occupation=occupied.occupation).count() == 8
    other = PrintRequest.objects.create(lab=accepted.lab, requester=accepted.requester, state="accepted")
    with pytest.raises(TakenError):
        make_request.schedule(other, by=olga, machine=machine, starts=tomorrow(), seconds=900)
    other.refresh_from_db()
    assert (other.state, other.attempts.count()) == ("accepted", 0)


def test_a_part_that_is_too_large_for_a_machine_is_not_scheduled_on_it(accepted, olga):
    tiny = make_machine(accepted.lab, "tiny", x_mm=10, y_mm=10, z_mm=10)
    facts = {"triangles": 12, "size_mm": [20.0, 20.0, 20.0], "units": "mm"}
    part = accepted.parts.get(path="cube.stl")
    Analysis.objects.update_or_create(
        sha256=part.sha256, format="stl", units="", defaults={"facts": facts, "state": State.DONE}
    )
    with pytest.raises(RefusedError, match="too large"):
        make_request.schedule(accepted, by=olga, machine=tiny, starts=tomorrow(), seconds=900)


def test_a_closure_over_a_job_sends_it_back_to_be_scheduled(accepted, olga, ada, machine):
    attempt = make_request.schedule(accepted, by=olga, machine=machine, starts=tomorrow(), seconds=7200)
    close(
        accepted.lab, machine=machine, kind="maintenance", starts=attempt.starts, ends=attempt.ends,
        reason="New nozzle", by=olga,
    )  # fmt: skip
    accepted.refresh_from_db()
    attempt.refresh_from_db()
    assert (accepted.state, attempt.outcome) == ("accepted", "cancelled")
    assert told(ada)[-1] == "request_unscheduled"


def test_nothing_begins_before_the_bed_is_clear(accepted, olga, machine):
    make_request.schedule(accepted, by=olga, machine=machine, starts=tomorrow(), seconds=900)
    with pytest.raises(RefusedError, match="bed"):
        make_request.begin(accepted, by=olga, bed_is_clear=False)


def test_what_worked_uses_material_counts_hours_and_is_ready(begun, olga, ada, machine, spool):
    make_request.finish(begun, by=olga, seconds=3600, grams=80)
    spool.refresh_from_db()
    machine.refresh_from_db()
    assert (begun.state, spool.remaining_g, spool.held_g) == ("ready", 920, 0)
    assert (machine.hours_run, machine.jobs_run) == (1.0, 1)
    assert told(ada)[-1] == "request_ready"


def test_less_than_was_quoted_is_paid_and_never_more(begun, olga):
    make_request.finish(begun, by=olga, seconds=3600, grams=80)
    make_request.collect(begun, by=olga, paid_note="cash")
    assert begun.due_cents == 200 + 200 + 150
    assert begun.receipt_number == 1


def test_more_time_than_was_quoted_costs_no_more(begun, olga):
    make_request.finish(begun, by=olga, seconds=99_999, grams=999)
    assert due.due_cents(begun) == begun.quote.total_cents


def test_after_the_labs_fault_it_is_made_again_at_once_and_after_the_files_quoted_anew(begun, olga, machine, spool):
    make_request.fail(begun, by=olga, fault="lab", reason="Nozzle clogged", grams=30)
    spool.refresh_from_db()
    assert (begun.state, spool.remaining_g, spool.held_g) == ("failed", 970, 70)
    attempt = make_request.schedule(
        begun, by=olga, machine=machine, starts=tomorrow() + timedelta(days=1), seconds=7200
    )
    assert attempt.number == 2
    make_request.begin(begun, by=olga, bed_is_clear=True)
    make_request.fail(begun, by=olga, fault="file", reason="Wall too thin")
    assert quoted(begun, olga, machine, spool).version == 2


def test_the_requester_cancels_free_of_charge_and_everything_is_free_again(accepted, ada, olga, machine, spool):
    make_request.schedule(accepted, by=olga, machine=machine, starts=tomorrow(), seconds=7200)
    answer_request.cancel(accepted, by=ada, text="No longer needed")
    spool.refresh_from_db()
    assert (accepted.state, spool.held_g, Occupation.objects.count()) == ("cancelled", 0, 0)
    assert told(olga)[-1] == "request_cancelled"


def test_nobody_cancels_what_is_ready(begun, ada, olga):
    make_request.finish(begun, by=olga, seconds=60, grams=1)
    for person in (ada, olga):
        with pytest.raises(WrongStateError):
            answer_request.cancel(begun, by=person, text="because")


def test_two_reminders_and_a_fortnight_come_before_it_is_given_up(begun, ada, olga):
    make_request.finish(begun, by=olga, seconds=60, grams=1)
    with pytest.raises(RefusedError):
        make_request.abandon(begun, by=olga)
    for days, expected in ((6, 1), (7, 0), (11, 1), (15, 0)):
        begun.events.filter(after="ready").update(at=timezone.now() - timedelta(days=days))
        assert make_request.remind_to_collect() == expected
    begun.refresh_from_db()
    make_request.abandon(begun, by=olga)
    assert begun.state == "abandoned"


def test_a_dispute_within_seven_days_is_settled_by_a_manager_alone(begun, ada, olga):
    make_request.finish(begun, by=olga, seconds=60, grams=1)
    make_request.collect(begun, by=olga)
    dispute_request.dispute(begun, by=ada, text="It is cracked")
    operator = make_user("oscar")
    Staff.objects.create(lab=begun.lab, user=operator, role=Staff.Role.OPERATOR)
    with pytest.raises(WrongStateError):
        dispute_request.resolve(begun, by=operator, resolution="none", text="no")
    dispute_request.resolve(begun, by=olga, resolution="reprint", text="We are sorry")
    assert begun.state == "accepted"


def test_after_seven_days_nothing_is_disputed(begun, ada, olga):
    make_request.finish(begun, by=olga, seconds=60, grams=1)
    make_request.collect(begun, by=olga)
    PrintRequest.objects.update(ended_at=timezone.now() - timedelta(days=8))
    begun.refresh_from_db()
    with pytest.raises(RefusedError, match="seven days"):
        dispute_request.dispute(begun, by=ada, text="late")


def test_phone_numbers_go_when_the_lab_has_said_so(begun, olga):
    make_request.finish(begun, by=olga, seconds=60, grams=1)
    make_request.collect(begun, by=olga)
    PrintRequest.objects.update(phone="0123", ended_at=timezone.now() - timedelta(days=89))
    assert make_request.forget_contacts() == 0
    PrintRequest.objects.update(ended_at=timezone.now() - timedelta(days=91))
    assert make_request.forget_contacts() == 1
    assert PrintRequest.objects.get().phone == ""


def test_a_stranger_moves_nothing(submitted, machine, spool):
    eve = make_user("eve")
    found = Estimate(Quote.Source.MANUAL, seconds=60)
    with pytest.raises(RefusedError):
        quote_request.draft_quote(submitted, by=eve, machine=machine, stock=spool, estimate=found)
    with pytest.raises(WrongStateError):
        answer_request.cancel(submitted, by=eve)
    assert not Attempt.objects.exists()


def test_without_a_slicer_the_shape_is_reckoned_and_the_quote_says_so(submitted, machine, spool, monkeypatch):
    monkeypatch.setattr("fablab.slicers.prusa.program", lambda: None)
    found = estimate(submitted, machine, spool)
    assert found.source in {Quote.Source.KERNEL, Quote.Source.MANUAL}
    assert not found.is_waiting
    assert Stock.objects.get().held_g == 0


def test_who_cancels_what_was_begun_pays_the_material_alone(begun, ada):
    answer_request.cancel(begun, by=ada, text="No longer")
    assert begun.due_cents == 250


def test_nothing_is_scheduled_without_the_material_for_it(accepted, olga, machine, spool):
    PrintRequest.objects.update(held=0)
    Stock.objects.update(held_g=0, remaining_g=50)
    accepted.refresh_from_db()
    with pytest.raises(RefusedError, match="left"):
        make_request.schedule(accepted, by=olga, machine=machine, starts=tomorrow(), seconds=7200)
    assert not Occupation.objects.exists()
