"""The API answers as its description says, whatever it is asked: generated questions, none of which may fail."""

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from linli.portal.models import ApiKey
from linli.portal.services import give_api_key
from tests import cast

ASKED = 12
"""Questions to each operation."""


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """As Django's own test client does: the test's transaction outlives each request."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.django_db
@pytest.mark.usefixtures("_one_connection")
def test_every_operation_answers_as_described(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linli.portal.services.A_MINUTE", 1_000_000)
    community = cast.community()
    cast.compound(community)
    _, secret = give_api_key(
        community=community, name="test", scopes=ApiKey.Scope.values, by=cast.secretary(community).by
    )
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) == 5
    checks = [not_a_server_error, status_code_conformance, response_schema_conformance]
    for operation in operations:

        @settings(max_examples=ASKED, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy())
        def answers(case):
            # Asked without a server between, whose client would undo the compression.
            headers = {"Authorization": f"Bearer {secret}", "Accept-Encoding": "identity"}
            case.call_and_validate(headers=headers, checks=checks)

        answers()
