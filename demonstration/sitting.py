# SPDX-License-Identifier: Apache-2.0
"""Sitting (活体演示): a live session walked through over HTTP, with a photograph that does what is asked. I/O: HTTP.

It is the very injection that landmarks cannot tell from a person (`docs/identity.md`): its frames are said to come from
a front camera. Used by the demonstration, the journeys and the benchmarks.
"""

import json
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from html import unescape
from typing import Any

import httpx

from reference.synthesis.films import films, lively

APART_MS = 125
BUSY = 503
AHEAD_MS = (
    800  # by how much a film may be sent before it has run; the service takes a second for the clocks' difference
)
TRACK = {"label": "Front Camera", "width": "480", "height": "640", "facing": "user", "rate": "30"}
Film = Callable[[Mapping[str, Any]], Sequence[bytes]]


class Stumbled(Exception):
    """A page did not answer as it should; says which, and what it showed."""


def said(html: str) -> str:
    """The words of a page, short."""
    body = re.sub(r"(?s)<(script|style|head).*?</\1>", " ", html)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))[:400]


def answered(answer: httpx.Response) -> dict[str, Any]:
    """What the service says. Raises Stumbled for a problem."""
    if answer.status_code not in (200, 201):
        raise Stumbled(f"{answer.request.url.path}: {answer.status_code} {said(answer.text)}")
    told: dict[str, Any] = answer.json()
    return told


def acted_by(photograph: bytes) -> Film:
    """A camera before the photograph: for each phase new frames of the action that is asked for."""
    known, chance = films(photograph), random.SystemRandom()
    return lambda phase: lively(known[phase["kind"]], chance)


def sit(
    client: httpx.Client, live: str, csrf: str, photograph: bytes, track: Mapping[str, str] = TRACK
) -> dict[str, Any]:
    """From the start of a session to how it ended. `live` is the path of the application's sessions."""
    headers = {"x-csrf-token": csrf, "accept": "application/json"}
    film = acted_by(photograph)
    told = answered(client.post(live, headers=headers))
    while told["state"] == "go_on":
        phase, began = told["phase"], time.monotonic()
        where = f"{live}/{phase['session']}"
        if phase["kind"] == "intent":
            told = answered(client.post(f"{where}/intent", data={"token": phase["token"]}, headers=headers))
            continue
        taken = film(phase)
        times = moments(began, len(taken))
        told = send(client, where, headers, phase, taken, times, began, track)
        if told["state"] == "go_on" and told["phase"]["token"] == phase["token"]:
            time.sleep(phase["patience_ms"] / 1000)  # the action was not seen: wait until the service gives it up
            more = film(phase)  # the camera went on meanwhile, as a page's does
            times = [times[-1] + APART_MS * place for place in range(1, len(more) + 1)]
            told = send(client, where, headers, told["phase"], more, times, began, track)
    return told


def moments(began: float, number: int) -> list[int]:
    """Milliseconds since the phase began at which so many frames were taken, the last of them now or a little later."""
    start = max(0, round((time.monotonic() - began) * 1000) - number * APART_MS)
    return [start + place * APART_MS for place in range(number)]


def send(
    client: httpx.Client,
    where: str,
    headers: Mapping[str, str],
    phase: Mapping[str, Any],
    taken: Sequence[bytes],
    times: Sequence[int],
    began: float,
    track: Mapping[str, str] = TRACK,
) -> dict[str, Any]:
    """The frames of one phase, not before they can have been taken."""
    time.sleep(max(0.0, (times[-1] - AHEAD_MS) / 1000 - (time.monotonic() - began)))
    form = {
        "token": phase["token"],
        "first": str(phase["first"]),
        "taken": json.dumps(times),
        "track": json.dumps(track),
    }
    files = [("frames", (f"{place}.jpg", frame, "image/jpeg")) for place, frame in enumerate(taken)]
    answer = client.post(f"{where}/frames", data=form, files=files, headers=headers)
    if answer.status_code == BUSY:  # what came is kept: the same again is compared when its turn comes
        answer = client.post(f"{where}/frames", data=form, files=files, headers=headers)
    return answered(answer)
