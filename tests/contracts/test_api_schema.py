"""The API, fuzzed by its own description: no input makes a server error."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error

from accounts import tokens
from config.wsgi import application
from designs.actions.create_project import create_project
from tests import factories

schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
OPERATIONS = {found.ok().label: found.ok() for found in schema.get_all_operations()}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def token():
    ada = factories.make_user("ada")
    create_project(ada.namespace, by=ada, name="Widget")
    return tokens.issue(ada, "fuzz", ["read", "write", "account"])[1]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_input_makes_a_server_error(operation, token, index_now):
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
        case.path_parameters = {**(case.path_parameters or {}), "owner": "ada", "slug": "widget"}
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=[not_a_server_error])

    holds()
