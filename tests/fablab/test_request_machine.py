"""Whatever people press in whatever order: material, time and money of requests always add up."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from unittest import mock

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from designs.actions.errors import RefusedError
from fablab.actions import answer_request, dispute_request, make_request, quote_request
from fablab.actions.estimate_request import Estimate
from fablab.models import Attempt, Occupation, PrintRequest, Quote, RequestEvent, Stock
from fablab.states import MOVES, RequestState
from tests.fablab.factories import make_lab, make_machine, make_stock
from tests.factories import make_user

START = datetime(2027, 3, 1, 8, tzinfo=UTC)
STEPS = {(move.before, move.after) for move in MOVES}
HOLDS_TIME = {RequestState.SCHEDULED, RequestState.IN_PROGRESS}


class Requests(RuleBasedStateMachine):
    """A requester, a manager, two machines, one spool and a clock. Rows may be stale, as pages are."""

    made = Bundle("made")

    def __init__(self):
        super().__init__()
        self.now = START
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.clock = mock.patch.object(timezone, "now", side_effect=lambda: self.now)
        self.clock.start()
        self.boss, self.ada = make_user("boss"), make_user("ada")
        self.lab = make_lab(manager=self.boss)
        self.machines = [make_machine(self.lab, f"m{number}") for number in range(2)]
        self.spool = make_stock(self.lab, remaining_g=500)

    def teardown(self):
        self.clock.stop()
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def attempt(self, act, *args, **kwargs):
        with suppress(RefusedError), transaction.atomic():
            return act(*args, **kwargs)
        return None

    def row(self, pk):
        return PrintRequest.objects.get(pk=pk)

    @rule(target=made)
    def asks(self):
        return PrintRequest.objects.create(
            lab=self.lab, requester=self.ada, state="submitted", submitted_at=self.now, may_forward=True
        ).pk

    @rule(target=made, pk=made)
    def same_page_in_two_windows(self, pk):
        return multiple(pk)

    @rule(pk=made, machine=st.integers(0, 1), grams=st.integers(0, 300), seconds=st.integers(0, 20_000))
    def quotes(self, pk, machine, grams, seconds):
        found = Estimate(Quote.Source.SLICER, seconds=seconds, grams=grams)
        request = self.row(pk)
        quote = self.attempt(
            quote_request.draft_quote, request, by=self.boss, machine=self.machines[machine], stock=self.spool,
            estimate=found,
        )  # fmt: skip
        if quote:
            self.attempt(quote_request.send_quote, Quote.objects.get(pk=quote.pk), by=self.boss)

    @rule(pk=made, back=st.integers(0, 1))
    def accepts(self, pk, back):
        request = self.row(pk)
        version = (request.quote.version if request.quote else 1) - back
        self.attempt(quote_request.accept_quote, request, by=self.ada, version=version)

    @rule(pk=made)
    def declines(self, pk):
        self.attempt(quote_request.decline_quote, self.row(pk), by=self.ada)

    @rule(pk=made, machine=st.integers(0, 1), hour=st.integers(0, 12), seconds=st.integers(1, 9000))
    def schedules(self, pk, machine, hour, seconds):
        with mock.patch("fablab.actions.make_request.can_slice", return_value=False):
            self.attempt(
                make_request.schedule, self.row(pk), by=self.boss, machine=self.machines[machine],
                starts=START + timedelta(days=1, hours=hour), seconds=seconds,
            )  # fmt: skip

    @rule(pk=made)
    def unschedules(self, pk):
        self.attempt(make_request.unschedule, self.row(pk), by=self.boss, reason="no time")

    @rule(pk=made, clear=st.booleans())
    def begins(self, pk, clear):
        self.attempt(make_request.begin, self.row(pk), by=self.boss, bed_is_clear=clear)

    @rule(pk=made, fault=st.sampled_from(["lab", "material", "file"]), grams=st.integers(0, 100))
    def fails(self, pk, fault, grams):
        self.attempt(make_request.fail, self.row(pk), by=self.boss, fault=fault, reason="clogged", grams=grams)

    @rule(pk=made, grams=st.integers(0, 100), seconds=st.integers(0, 30_000))
    def finishes(self, pk, grams, seconds):
        self.attempt(make_request.finish, self.row(pk), by=self.boss, seconds=seconds, grams=grams)

    @rule(pk=made)
    def collects(self, pk):
        self.attempt(make_request.collect, self.row(pk), by=self.boss)

    @rule(pk=made, who=st.booleans())
    def cancels(self, pk, who):
        self.attempt(answer_request.cancel, self.row(pk), by=self.ada if who else self.boss, text="because")

    @rule(pk=made, how=st.sampled_from(["reprint", "none"]))
    def disputes(self, pk, how):
        self.attempt(dispute_request.dispute, self.row(pk), by=self.ada, text="cracked")
        self.attempt(dispute_request.resolve, self.row(pk), by=self.boss, resolution=how, text="sorry")

    @rule(days=st.integers(1, 8))
    def days_pass(self, days):
        self.now += timedelta(days=days)
        quote_request.expire_quotes()
        make_request.remind_to_collect()

    @invariant()
    def what_is_promised_of_the_spool_is_what_requests_hold(self):
        held = sum(PrintRequest.objects.values_list("held", flat=True))
        assert abs(Stock.objects.get().held_g - held) < 1e-6

    @invariant()
    def a_machine_is_taken_for_who_is_scheduled_and_nobody_else(self):
        for request in PrintRequest.objects.all():
            planned = Attempt.objects.filter(request=request, outcome__in=["planned", "running"])
            assert planned.count() == (1 if request.state in HOLDS_TIME else 0)
            if request.state == RequestState.SCHEDULED:
                assert planned.get().occupation is not None
        jobs = Occupation.objects.filter(kind="job").count()
        assert jobs == Attempt.objects.filter(occupation__isnull=False).count()

    @invariant()
    def every_step_was_one_of_the_table(self):
        for event in RequestEvent.objects.all():
            assert (event.before, event.after) in STEPS

    @invariant()
    def nobody_pays_more_than_was_quoted_and_receipts_have_no_gap(self):
        numbers = []
        for request in PrintRequest.objects.exclude(receipt_number=None):
            numbers.append(request.receipt_number)
            assert request.due_cents <= request.quote.total_cents
        assert sorted(numbers) == sorted(set(numbers))

    @invariant()
    def one_offer_at_a_time_stands(self):
        for request in PrintRequest.objects.all():
            assert Quote.objects.filter(request=request, state="sent").count() <= 1


def test_whatever_is_pressed_material_time_and_money_add_up(db):
    run_state_machine_as_test(
        Requests,
        settings=settings(
            max_examples=12, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
