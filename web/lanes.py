# SPDX-License-Identifier: Apache-2.0
"""Lanes (分道): who may be inside of this process at once, so that a crowd of visitors never keeps staff from working.

A request takes its lane when its body has come and before anything waits for a thread. Each lane has its own share of
threads and of places at the database; whoever finds the public one full waits a little, or is told when to come back.
Hides the numbers, and how the lane is known without asking the database. I/O: memory.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum

from identity import is_of_staff
from kit import measures
from kit.errors import DomainError

DOORS = ("/staff/", "/directory/", "/enrol/")  # by which staff come in: nobody is known there yet
MOST_HELD = 1_000  # more are told at once: each holds a connection
SOONEST_S, SPREAD_S = 3, 8  # who is turned away comes back not all in one second


class TooBusy(DomainError):
    """More have come than can be served; `retry_s` until it is worth trying again."""


class Lane(StrEnum):
    PUBLIC = "public"
    DOOR = "door"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Share:
    """So many at work at once, of whom so many at the database; so many more may wait, for so long.

    Whoever is turned away is told after `hold_s`: an impatient programme would ask again at once, and answering it
    takes the processor from those inside.
    """

    inside: int
    places: int
    waiting: int
    patience_s: float
    hold_s: float = 1.0


# Together fewer `inside` than the forty threads of the server, and fewer `places` than connections
# (kit.database.POOL_SIZE): whoever holds a row or the writers' lock still needs a thread to make the answer. Each
# visitor at the database takes processor from a clerk's page (bench.storm: twice as many, twice as slow); the rest of
# those inside wait for the processes that look at pictures.
SHARES = {
    Lane.PUBLIC: Share(inside=10, places=3, waiting=100, patience_s=10.0),
    Lane.DOOR: Share(inside=4, places=2, waiting=40, patience_s=10.0),
    Lane.STAFF: Share(inside=10, places=4, waiting=200, patience_s=30.0),
}


def lane_of(path: str, token: str | None) -> Lane:
    """By the mark on the token, which only we can make, whatever page is asked for; else by the address."""
    if is_of_staff(token):
        return Lane.STAFF
    return Lane.DOOR if path.startswith(DOORS) else Lane.PUBLIC


class _Way:
    """One lane at work."""

    def __init__(self, lane: Lane, share: Share) -> None:
        self._lane, self._share, self._waiting, self._held = lane, share, 0, 0
        self._inside, self.places = asyncio.Semaphore(share.inside), asyncio.Semaphore(share.places)

    @asynccontextmanager
    async def entered(self) -> AsyncIterator[None]:
        if self._inside.locked() and self._waiting >= self._share.waiting:
            await self._hold()
            raise self._too_busy()
        self._waiting += 1
        try:
            async with asyncio.timeout(self._share.patience_s):
                await self._inside.acquire()
        except TimeoutError:
            raise self._too_busy() from None
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._inside.release()

    async def _hold(self) -> None:
        if self._held < MOST_HELD:
            self._held += 1
            try:
                await asyncio.sleep(self._share.hold_s)
            finally:
                self._held -= 1

    def _too_busy(self) -> TooBusy:
        measures.SHED.labels(self._lane).inc()
        return TooBusy(retry_s=SOONEST_S + secrets.randbelow(SPREAD_S))


class Lanes:
    """Of one process."""

    def __init__(self, shares: Mapping[Lane, Share] = SHARES) -> None:
        self._ways = {lane: _Way(lane, shares[lane]) for lane in Lane}

    @asynccontextmanager
    async def entered(self, lane: Lane) -> AsyncIterator[None]:
        """Inside of the process, from here to the answer. Raises TooBusy."""
        async with self._ways[lane].entered():
            yield

    @asynccontextmanager
    async def place(self, lane: Lane) -> AsyncIterator[None]:
        """One of the lane's places at the database, waited for without a thread."""
        async with self._ways[lane].places:
            yield
