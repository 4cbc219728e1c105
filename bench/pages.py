# SPDX-License-Identifier: Apache-2.0
"""Pages: first byte and weight of what an applicant loads. `python -m bench.pages`."""

import re
import statistics
import time

import httpx

from bench.running import service
from demonstration.applicant import Applicant
from reference import bureau

ROUNDS = 15
BUDGET = 30_000


def weight(client: httpx.Client, path: str) -> tuple[float, int, int]:
    """Median seconds to the first byte, gzipped bytes of the page, and of the page with all it loads."""
    times = []
    page = 0
    html = ""
    for _ in range(ROUNDS):
        began = time.perf_counter()
        with client.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
            times.append(time.perf_counter() - began)
            raw = b"".join(answer.iter_raw())
            page = len(raw)
    html = client.get(path).text
    assets = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', html))
    assets |= {f"/static/js/modules/{name}.js" for name in re.findall(r'data-module="([a-z-]+)"', html)}
    loaded = 0
    for asset in assets:
        with client.stream("GET", asset, headers={"accept-encoding": "gzip"}) as answer:
            loaded += len(b"".join(answer.iter_raw()))
    return statistics.median(times), page, page + loaded


def tables() -> str:
    rows = [
        "| page | first byte ms (median) | HTML gz | with CSS, JS, icon gz | budget 30 kB |",
        "|---|---|---|---|---|",
    ]
    with service() as (address, _folder), httpx.Client(base_url=address, timeout=30.0) as client:
        person = Applicant(client, "13600000000", *bureau.CLEAN)
        person.sign_in()
        person.start("sole-trader")
        pages = [
            "/",
            "/guide?q=开个奶茶店",
            "/guide/milk-tea?as=person",
            "/items/food-service",
            "/signin",
            person.path(),
            person.path("form/operator"),
            person.path("form/scope"),
            person.path("idcard"),
            person.path("check"),
            person.path("sign"),
            "/verify",
        ]
        for path in pages:
            with httpx.Client(base_url=address, timeout=30.0) as stranger:
                first, page, whole = weight(stranger if path == "/signin" else client, path)
            shown = path.replace(person.application, "…")
            verdict = "kept" if whole <= BUDGET else "MISSED"
            rows.append(f"| `{shown}` | {first * 1000:.1f} | {page:,} | {whole:,} | {verdict} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(tables())
