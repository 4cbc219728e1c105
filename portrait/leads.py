# SPDX-License-Identifier: Apache-2.0
"""Leads (关联线索): businesses that share an address, person, device or telephone, and those that hold themselves.

Found by keyed hashes: neither number nor address of anybody is compared in the open. A lead is for a clerk to look at
and never a fact against anybody. I/O: database.
"""

from collections.abc import Iterable
from itertools import islice

import networkx
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

import register
from approval.application import Application
from approval.filings import Filing
from kit.numbers import is_of_organisation
from licences import Licence, Status
from portrait.risk import RiskTable, Shared
from register import Entity, Standing

MOST_SHOWN = 24  # of one kind; the count is of all
MOST_CIRCLES = 1_000  # looked through
DEEPEST = 6  # holders of holders
VALID = (Status.IN_FORCE, Status.SUSPENDED)
HOLDINGS = ("shareholders", "partners")


def shared_with(session: Session, code: str, table: RiskTable) -> list[Shared]:
    """Of each kind that it shares with anybody."""
    found = []
    for lead in table.leads:
        codes = sorted(set(session.scalars(_codes(session, lead.kind, code))) - {code})
        if codes:
            named = select(Entity.credit_code, Entity.name).where(
                Entity.credit_code.in_(codes), Entity.standing != Standing.ENDED
            )
            others = sorted(session.execute(named).tuples())
            if others:
                found.append(Shared(lead, tuple(others[:MOST_SHOWN]), len(others)))
    return found


def _codes(session: Session, kind: str, code: str) -> Select[str]:
    """Codes of the businesses that share this with it."""
    own = select(Licence.application_id).where(Licence.credit_code == code)
    all_codes = select(Licence.credit_code).where(Licence.credit_code.is_not(None))
    if kind == "address":
        keys = select(Licence.place_key).where(
            Licence.credit_code == code, Licence.place_key.is_not(None), Licence.status.in_(VALID)
        )
        return all_codes.where(Licence.place_key.in_(keys), Licence.status.in_(VALID))  # type: ignore[return-value]
    if kind == "phone":  # an account is a telephone
        accounts = select(Application.applicant_id).where(Application.id.in_(own))
        cases = select(Application.id).where(Application.applicant_id.in_(accounts))
    else:
        key = Filing.person_key if kind == "person" else Filing.device_key
        keys = select(key).where(Filing.application_id.in_(own), key.is_not(None))
        cases = select(Filing.application_id).where(key.in_(keys))
    return all_codes.where(Licence.application_id.in_(cases))  # type: ignore[return-value]


def holders_in(entity: Entity) -> list[str]:
    """Codes of the businesses that hold a share of it, as its registration says."""
    codes = []
    for name in HOLDINGS:
        rows = entity.facts.get(name)
        for row in rows if isinstance(rows, list) else ():
            number = str(row.get("number") or "").upper() if isinstance(row, dict) else ""
            if is_of_organisation(number) and number != entity.credit_code:
                codes.append(number)
    return codes


def circles_of(session: Session, code: str) -> list[list[str]]:
    """Ways on which it holds itself through others of the register, by code from it on, the shortest first."""
    graph, ahead, seen = networkx.DiGraph(), [code], {code}
    for _depth in range(DEEPEST):
        further = []
        for held in ahead:
            entity = register.find(session, held)
            for holder in holders_in(entity) if entity else ():
                graph.add_edge(holder, held)
                if holder not in seen:
                    seen.add(holder)
                    further.append(holder)
        ahead = further
    if code not in graph:
        return []
    within = graph.subgraph(_circle(networkx.strongly_connected_components(graph), code))
    found = islice(networkx.simple_cycles(within, length_bound=DEEPEST), MOST_CIRCLES)
    circles = [one[one.index(code) :] + one[: one.index(code)] for one in found if code in one]
    return sorted(circles, key=len)[:MOST_SHOWN]


def _circle(components: Iterable[set[str]], code: str) -> set[str]:
    return next((one for one in components if code in one), set())
