# SPDX-License-Identifier: Apache-2.0
"""Capacity (容量测算): from new registrations a year to requests, cores, storage and clerks. Pure.

The model: 250 days of 8 hours, the busiest hour four times a mean one, arrivals by chance (Poisson), 150 requests,
6 files of 0.5 MB and 2.2 people × 1.3 tries an application, 25 log entries a case, 25 kB of database a case. All can
be changed; what is measured (seconds of a core for a request and for a face) is named as such in docs/operations.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, sqrt

FILINGS, LAUNCH = 3, 10  # all filings are thrice the new ones; the day of the launch is tenfold
P999 = 0.999
SMALLEST_BY_SUM = 700  # beyond that the sum begins with less than a float holds: the normal law is near enough
Z999 = 3.0902


@dataclass(frozen=True, slots=True)
class Model:
    """What an application takes, and what a day is."""

    days: int = 250
    hours: float = 8.0
    peak: float = 4.0
    requests: int = 150
    files: int = 6
    megabytes: float = 0.5
    people: float = 2.2
    tries: float = 1.3
    log_entries: int = 25
    database_kb: float = 25.0
    request_core_s: float = 0.002
    face_core_s: float = 0.35
    manual: float = 0.4
    clerk_minutes: float = 6.0


@dataclass(frozen=True, slots=True)
class Need:
    """Rates are at the busiest hour, each mean with what one second in a thousand exceeds."""

    new_a_day: float
    submissions_s: float
    requests_s: float
    requests_p999: int
    with_all_s: float
    faces_s: float
    faces_p999: int
    upload_mb_s: float
    files_tb_year: float
    database_gb_year: float
    log_entries_year: float
    web_cores: float
    face_cores: float
    clerks: float


def need(new_a_year: float, model: Model | None = None) -> Need:
    """What so many new registrations a year need."""
    m = model or Model()
    a_day = new_a_year / m.days
    submissions = a_day / (m.hours * 3600) * m.peak
    requests = submissions * m.requests
    faces = submissions * m.people * m.tries
    return Need(
        new_a_day=a_day,
        submissions_s=submissions,
        requests_s=requests,
        requests_p999=at_most(requests),
        with_all_s=requests * FILINGS * LAUNCH,
        faces_s=faces,
        faces_p999=at_most(faces),
        upload_mb_s=submissions * m.files * m.megabytes,
        files_tb_year=new_a_year * m.files * m.megabytes * 1.08 / 1e6,
        database_gb_year=new_a_year * m.database_kb / 1e6,
        log_entries_year=new_a_year * m.log_entries,
        web_cores=requests * m.request_core_s,
        face_cores=faces * m.face_core_s,
        clerks=a_day * m.manual * m.clerk_minutes / 60 / m.hours,
    )


def at_most(mean: float) -> int:
    """How many come in a second at most, but for one second in a thousand."""
    if mean > SMALLEST_BY_SUM:
        return round(mean + Z999 * sqrt(mean))
    chance = total = exp(-mean)
    count = 0
    while total < P999:
        count += 1
        chance *= mean / count
        total += chance
    return count


def table(places: dict[str, float]) -> list[str]:
    """One column for each place, as Markdown."""
    needs = {name: need(count) for name, count in places.items()}
    lines = ["| | " + " | ".join(needs) + " |", "|---|" + "---|" * len(needs)]
    for label, tell in ROWS:
        lines.append(f"| {label} | " + " | ".join(tell(one) for one in needs.values()) + " |")
    return lines


def _number(value: float) -> str:
    """Two significant figures; whole thousands with a comma."""
    if value == 0:
        return "0"
    return f"{float(f'{value:.2g}'):,.0f}" if value >= 10 else f"{float(f'{value:.2g}'):g}"


ROWS: tuple[tuple[str, Callable[[Need], str]], ...] = (
    ("new a working day", lambda n: _number(n.new_a_day)),
    ("submissions/s in the busiest hour", lambda n: _number(n.submissions_s)),
    ("requests/s, mean (p99.9 second)", lambda n: f"{_number(n.requests_s)} ({n.requests_p999:,})"),
    ("with other filings ×3, launch ×10", lambda n: _number(n.with_all_s)),
    ("faces/s, mean (p99.9 second)", lambda n: f"{_number(n.faces_s)} ({n.faces_p999})"),
    ("upload MB/s", lambda n: _number(n.upload_mb_s)),
    ("files TB/year", lambda n: _number(n.files_tb_year)),
    ("database GB/year", lambda n: _number(n.database_gb_year)),
    ("log entries/year", lambda n: _number(n.log_entries_year)),
    ("cores: web", lambda n: _number(n.web_cores)),
    ("cores: faces", lambda n: _number(n.face_cores)),
    ("clerks", lambda n: _number(n.clerks)),
)
