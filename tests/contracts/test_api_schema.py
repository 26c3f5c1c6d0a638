"""The API, fuzzed by its own description: no input makes a server error."""

from datetime import UTC, datetime, timedelta

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error

from accounts import tokens
from config.wsgi import application
from designs.actions.create_project import create_project
from fablab.models import Attempt, Booking, PrintRequest, Quote
from tests import factories
from tests.fablab.factories import make_lab, make_machine, make_stock

schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
OPERATIONS = {found.ok().label: found.ok() for found in schema.get_all_operations()}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada():
    ada = factories.make_user("ada")
    create_project(ada.namespace, by=ada, name="Widget")
    return ada


@pytest.fixture
def known(ada):
    """What the addresses name: things that are there, and hers."""
    lab = make_lab(manager=ada)
    machine, now = make_machine(lab), datetime.now(UTC)
    span = {"starts": now, "ends": now + timedelta(hours=1)}
    asked = PrintRequest.objects.create(lab=lab, requester=ada, state="submitted", number=1, submitted_at=now)
    Quote.objects.create(request=asked, version=1, machine=machine)
    Attempt.objects.create(request=asked, number=1, machine=machine, **span)
    return {
        "owner": "ada",
        "slug": "widget",
        "lab": lab.slug,
        "machine": machine.slug,
        "stock_id": make_stock(lab).pk,
        "booking_id": Booking.objects.create(machine=machine, person=ada, **span).pk,
        "ref": asked.ref,
        "version": 1,
        "number": 1,
    }


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_input_makes_a_server_error(operation, ada, known, index_now):
    token = tokens.issue(ada, "fuzz", ["read", "write", "account"])[1]
    if "/search" in operation:
        index_now()

    @given(case=OPERATIONS[operation].as_strategy())
    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def holds(case):
        case.path_parameters = {**(case.path_parameters or {}), **known}
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=[not_a_server_error])

    holds()
