# SPDX-License-Identifier: Apache-2.0
"""Forms: how long a saved page takes, and how much an applicant has to do. `python -m bench.forms`."""

import time
from collections.abc import Mapping

import httpx

from bench.running import quantile, service
from catalogue import load_catalogue
from demonstration.applicant import COMPANY, HOTEL, SOLE_TRADER, Applicant, FormData
from forms import Form, Kind
from reference import bureau

ROUNDS = 200
PROVING = 5  # the ways with the consent, card, camera, check, signature
TAPPED = (Kind.CHOICE, Kind.CHOICES, Kind.TICK)
GOAL = 8


def saved(client: httpx.Client, person: Applicant) -> list[float]:
    """Milliseconds of each request that keeps a page."""
    token = person.token(person.path("form/operator"))
    times = []
    whole = {**SOLE_TRADER["operator"], "operator_name": person.name, "operator_id": person.number}
    whole |= {f"asked-{name}": "1" for name in whole}
    for turn in range(ROUNDS):
        form = {**whole, "operator_address": f"样例路 {turn} 号", "csrf_token": token}
        began = time.perf_counter()
        person.expect(client.post(person.path("form/operator"), data=form), 303)
        times.append((time.perf_counter() - began) * 1000)
    return times


def looked_at(client: httpx.Client, path: str) -> list[float]:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - began) * 1000)
    return times


def effort(form: Form, answers: Mapping[str, FormData]) -> tuple[int, int, int]:
    """Screens, taps and typed characters from the first question to the signature; what is hidden costs nothing."""
    taps = typed = 0
    for given in answers.values():
        taps += 1  # save and continue
        for name, value in given.items():
            kind = kind_of(form, name)
            chosen = len(value) if isinstance(value, list) else 1
            taps += chosen if kind in TAPPED else 0
            length = {Kind.ID_NUMBER: 18, Kind.PARTY_NUMBER: 18}.get(kind, len(value) or 3)
            typed += 0 if kind in TAPPED else length
    return len(answers) + PROVING, taps + PROVING, typed


def kind_of(form: Form, name: str) -> Kind:
    """Of a field, or of the column of a table: "shareholders-0-name"."""
    table, _, rest = name.partition("-")
    columns = {column.name: column.kind for column in form.field(table).fields}
    return columns[rest.split("-")[1]] if rest else form.field(table).kind


def tables() -> str:
    rows = ["| request | p50 ms | p95 ms | to a plain page |", "|---|---|---|---|"]
    with service() as (address, _folder), httpx.Client(base_url=address, timeout=30.0) as client:
        person = Applicant(client, "13600000000", *bureau.CLEAN)
        person.sign_in()
        person.start("sole-trader")
        plain = looked_at(client, "/verify")
        for name, times in (("plain page", plain), ("page saved", saved(client, person))):
            ratio = quantile(times, 0.5) / quantile(plain, 0.5)
            rows.append(f"| {name} | {quantile(times, 0.5):.1f} | {quantile(times, 0.95):.1f} | {ratio:.1f}× |")
    catalogue = load_catalogue()
    forms = {code: form for (code, _version), form in catalogue.forms.items()}
    rows += ["", f"| filing | screens | taps | typed characters | goal of {GOAL} screens |", "|---|---|---|---|---|"]
    for code, answers in (("sole-trader", SOLE_TRADER), ("company", COMPANY), ("public-venue", HOTEL)):
        screens, taps, typed = effort(forms[code], answers)
        goal = "–" if code != "sole-trader" else "kept" if screens <= GOAL else "MISSED"
        rows.append(f"| {code} | {screens} | {taps} | {typed} | {goal} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(tables())
