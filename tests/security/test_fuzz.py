# SPDX-License-Identifier: Apache-2.0
"""Whatever is sent to any route, by anybody, is answered: no 5xx. Few cases here; `make fuzz` tries ten thousand.

The programming interface is tried from its own description (schemathesis), the pages by what their routes take.
"""

import os
import random
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis.openapi
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from schemathesis import checks as known
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks as told

from approval import cases
from tests.conftest import NOON
from tests.journeys.inprocess import House
from tests.office import in_review
from web.app import PAGES as PAGES_OF_SITE

CASES = int(os.environ.get("FUZZ_CASES", "4"))  # of each operation
PAGES = int(os.environ.get("FUZZ_PAGES", "2"))  # of each form
WHO = ("lin", "zhou", "head", "expert", "auditor", "admin", "nobody")
CHECKS: list[Any] = [
    known.not_a_server_error,
    told.status_code_conformance,
    told.content_type_conformance,
    told.response_schema_conformance,
]
QUIET = list(HealthCheck)
FEW = hypothesis.settings(
    max_examples=CASES, deadline=None, database=None, suppress_health_check=QUIET, phases=[Phase.generate]
)


@pytest.fixture
def ids(house: House) -> dict[str, str]:
    """What is really there: a draft, a case with a clerk, and its number."""
    case = in_review(house.office)
    house.office.allow_machine(True)
    with house.database.writing() as session:
        draft = cases.start(session, house.office.office, house.people["lin"], "sole-trader", NOON).id
    return {"case": case, "draft": draft, "number": house.read(case).number or ""}


def headers_of(house: House, who: str) -> dict[str, str]:
    return {"authorization": f"Bearer {house.token(who) if who in house.people else 'nobody'}"}


def test_no_call_of_the_programming_interface_breaks_it(house: House, ids: dict[str, str]) -> None:
    schema = schemathesis.openapi.from_dict(house.site.app.openapi())
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert len(operations) > 15
    tried: dict[int, int] = {}
    for operation in operations:

        @FEW
        @given(case=operation.as_strategy(), who=st.sampled_from(WHO), real=st.sampled_from(["", *ids.values()]))
        def one(case: Any, who: str, real: str) -> None:
            if real and "id" in case.path_parameters:
                case.path_parameters["id"] = real
            answer = called(house, case, who)
            tried[answer.status_code] = tried.get(answer.status_code, 0) + 1
            case.validate_response(answer, checks=CHECKS)

        one()
    print(f"{sum(tried.values())} calls of {len(operations)} operations: {tried}")  # shown by `pytest -s`
    assert sum(tried.values()) >= CASES * len(operations) // 2
    assert 200 in tried


def called(house: House, case: Any, who: str) -> Any:
    """Sent as schemathesis would send it, through the site of this test, as this person."""
    sent = case.as_transport_kwargs(base_url="http://testserver")
    carries = ("method", "url", "headers", "params", "json", "data", "files")
    prepared = requests.Request(**{name: sent[name] for name in carries if sent.get(name) is not None}).prepare()
    content = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
    headers = {**prepared.headers, **headers_of(house, who)}
    answer = house.site.request(str(prepared.method), str(prepared.url), headers=headers, content=content)
    answer.request.read()  # the checks look at what was sent
    return answer


# Pages.

HOSTILE = st.one_of(
    st.text(max_size=40),
    st.text(alphabet=st.characters(codec="utf-8"), max_size=200),
    st.sampled_from(
        [
            "",
            "\0",
            "' OR 1=1 --",
            "{{7*7}}",
            "<script>alert(1)</script>",
            "../../etc/passwd",
            "9" * 40,
            "-1",
            "0",
            "1e309",
            "2026-13-45",
            "2026-11-30",
            "yes",
            "on",
            "%s%n{0}{x}",
            "\u202e\ufeff",
            "a" * 5000,
            "13800000001",
            "110105194912310021",
            "shareholders.0",
            "approve",
            "refuse",
        ]
    ),
)


def forms_of() -> Iterator[tuple[str, str, list[str]]]:
    """Of every page: method, path, and the names that it takes."""
    for route in (route for module in PAGES_OF_SITE for route in module.router.routes):
        if isinstance(route, APIRoute):
            taken = [*route.dependant.body_params, *route.dependant.query_params]
            for dependant in route.dependant.dependencies:
                taken += [*dependant.body_params, *dependant.query_params]
            names = sorted({field.alias for field in taken})
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield method, route.path, names


def test_no_form_of_a_page_breaks_it(house: House, ids: dict[str, str]) -> None:
    routes = sorted(forms_of())
    assert len([1 for method, *_ in routes if method == "POST"]) > 40
    statuses: dict[int, int] = {}

    @hypothesis.settings(FEW, max_examples=PAGES)
    @given(
        chance=st.randoms(use_true_random=False),
        words=st.lists(HOSTILE, min_size=6),
        who=st.sampled_from(WHO),
    )
    def all_of_them(chance: random.Random, words: list[str], who: str) -> None:
        for method, path, names in routes:
            asked = path_of(path, ids, chance, words)
            typed = {name: chance.choice([*words, *ids.values()]) for name in names if chance.random() < 0.8}
            typed |= {chance.choice(["asked-x", "add-y", "0", "reason-z"]): chance.choice(words)}
            sent = {"data": typed} if method == "POST" else {"params": typed}
            answer = house.site.request(method, asked, headers=headers_of(house, who), **sent)
            assert answer.status_code < 500, (method, asked, typed, who)
            if "signin" in answer.headers.get("location", ""):  # whoever was signed out by a request comes back
                house.tokens.pop(who, None)
            statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1

    all_of_them()
    print(f"{sum(statuses.values())} requests to {len(routes)} pages: {statuses}")
    assert {200, 303, 404} <= set(statuses)


def path_of(path: str, ids: dict[str, str], chance: random.Random, words: list[str]) -> str:
    """The path with what is there or with anything in its places."""
    from urllib.parse import quote

    while "{" in path:
        before, _, rest = path.partition("{")
        name, _, after = rest.partition("}")
        there = {"id": [ids["case"], ids["draft"]], "number": [ids["number"]]}
        real = there.get(name.partition(":")[0], ["sole-trader"])
        filled = chance.choice([*real, *real, chance.choice(words)])
        path = before + quote(filled.replace("{", "("), safe="") + after
    return path
