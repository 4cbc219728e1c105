# SPDX-License-Identifier: Apache-2.0
"""Journey: from submitting to the signed licence without a human wait, and what each step takes of it.

`python -m bench.journey`. One applicant at a time, over HTTP, on SQLite with durable commits; the bureau answers each
query in 50 ms and is asked twice.
"""

import statistics
import time
from datetime import datetime
from pathlib import Path

import httpx

from bench.running import quantile, service
from demonstration.applicant import Applicant, sole_trader
from demonstration.run import pictures, somebody_new
from kit.database import sqlite_module

ROUNDS = 20


def one(address: str, phone: str, folder: Path) -> tuple[float, float]:
    """Seconds of the live session, and from the click on submit to the licence in force."""
    with httpx.Client(base_url=address, timeout=30.0) as client:
        person = Applicant(client, phone, *somebody_new())
        card, live = pictures(folder, person.name, person.number)
        person.sign_in()
        person.start("sole-trader")
        person.answer(sole_trader(1000 + int(phone[-4:])))
        person.photograph_card(card)
        person.choose("agree")
        began = time.perf_counter()
        person.look_into_camera(live)
        face = time.perf_counter() - began
        person.let_partner_vouch()
        person.expect(person.send(person.path("sign/code"), {}, shown_on=person.path("sign")))
        form = {"agree": "yes", "code": person.code(), "read": person.read_texts()}
        form |= {"csrf_token": person.token(person.path("sign"))}
        began = time.perf_counter()
        person.expect(client.post(person.path("sign"), data=form), 303)
        while person.state() != "registered":
            time.sleep(0.01)
        return face, time.perf_counter() - began


def shares(database: Path) -> dict[str, list[float]]:
    """Seconds between the commits of each step, from the journal."""
    found: dict[str, list[float]] = {}
    connection = sqlite_module().connect(str(database))
    submitted = dict(connection.execute("SELECT id, submitted_at FROM application"))
    last = {case: datetime.fromisoformat(at) for case, at in submitted.items() if at}
    for case, step, at in connection.execute("SELECT application_id, step, at FROM transition ORDER BY seq"):
        moment = datetime.fromisoformat(at)
        found.setdefault(step, []).append((moment - last[case]).total_seconds())
        last[case] = moment
    connection.close()
    return found


def tables() -> str:
    faces, whole = [], []
    with service() as (address, folder):
        one(address, "13600000000", folder)
        for index in range(ROUNDS):
            face, seconds = one(address, f"1361111{index:04d}", folder)
            faces.append(face)
            whole.append(seconds)
        steps = shares(folder / "approval.db")
    total = sum(statistics.median(times) for times in steps.values())
    rows = [
        "| submit → signed licence, no human wait | p50 s | p95 s |",
        "|---|---|---|",
        f"| whole ({ROUNDS} applications) | {quantile(whole, 0.5):.3f} | {quantile(whole, 0.95):.3f} |",
        f"| live session before it (62 frames) | {quantile(faces, 0.5):.3f} | {quantile(faces, 0.95):.3f} |",
        "",
        "| step | median ms | share |",
        "|---|---|---|",
    ]
    for step, times in steps.items():
        median = statistics.median(times)
        rows.append(f"| {step} | {median * 1000:.0f} | {median / total:.0%} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(tables())
