# SPDX-License-Identifier: Apache-2.0
"""Limiting (限频): how often one address, account or name may do what costs much or could be a guess. I/O: database.

Counts stand in one table for all processes, and are committed whatever becomes of the request. Looking at public
pages is counted in memory, by process: a page that only reads must not wait for a writer. The counting is the
library's (`limits`); hides its windows and names.
"""

import math
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Literal

import structlog
from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import MemoryStorage, Storage
from limits.strategies import FixedWindowRateLimiter
from starlette.concurrency import run_in_threadpool

from kit import clock
from kit.counting import DatabaseCounts
from kit.errors import DomainError
from web.deps import SignInRequired, Viewer, place
from web.desk import Desk

log = structlog.get_logger()
MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
SHARED_BITS = 64  # of an IPv6 address: the rest is one household's to choose


class TooOften(DomainError):
    """More than the limit allows; `minutes` until the next try counts anew, `retry_s` the same in seconds."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many hits, by a field of the settings, within so many seconds, of one address, account or typed name."""

    setting: str
    seconds: int
    of: Literal["address", "account", "username"]
    in_memory: bool = False


SIGN_INS = Limit("most_sign_ins", HOUR, "address")
PASSWORDS = Limit("most_passwords", HOUR, "username")
CODES = Limit("most_codes", HOUR, "address")
CODE_TRIES = Limit("most_code_tries", HOUR, "address")
UPLOADS = Limit("most_uploads", DAY, "account")
LOOKUPS = Limit("most_lookups", DAY, "account")
CHECKS = Limit("most_checks", HOUR, "address")
GUESSES = Limit("most_guesses", HOUR, "address")
READS = Limit("most_reads", MINUTE, "address", in_memory=True)
EXPORTS = Limit("most_exports", DAY, "account")


def memory() -> Storage:
    """Counts of one process."""
    return MemoryStorage()


def limited(limit: Limit) -> Callable[[Request, Viewer], Awaitable[None]]:
    """A dependency of a route: each request is a hit. Raises TooOften."""

    async def hit(request: Request, viewer: Viewer) -> None:
        who = await _who(request, limit, viewer.id if viewer else "")
        if who:
            await _in_turn(request, limit, _hit, who)

    return hit


def guessing(limit: Limit = GUESSES) -> Callable[[Request], AsyncIterator[None]]:
    """A dependency of a route behind a secret address: only what leads nowhere is a hit. Raises TooOften.

    The route says so by an error, or by `missed` where it answers with a page of its own.
    """

    async def guess(request: Request) -> AsyncIterator[None]:
        who = await _who(request, limit, "")
        await _in_turn(request, limit, _must_be_open, who)
        try:
            yield
        except SignInRequired:
            raise
        except DomainError:
            await _in_turn(request, limit, _count, who)
            raise
        if getattr(request.state, "missed", False):
            await _in_turn(request, limit, _count, who)

    return guess


def missed(request: Request) -> None:
    """Nothing is at the address that was asked for."""
    request.state.missed = True


async def _who(request: Request, limit: Limit, account: str) -> str:
    if limit.of == "account":
        return account
    network = network_of(request.client.host if request.client else "")
    if limit.of == "username":  # from here: whoever fails elsewhere on purpose locks nobody out
        return f"{str((await request.form()).get('username') or '').strip()[:60]}@{network}"
    return network


def network_of(address: str) -> str:
    """What one household or office shares: an IPv4 address, or the first half of an IPv6 address."""
    try:
        known = ip_address(address)
    except ValueError:
        return "unknown"
    return str(ip_network(f"{known}/{SHARED_BITS}", strict=False)) if known.version == 6 else str(known)


Act = Callable[[FixedWindowRateLimiter, RateLimitItem, str, float], None]


async def _in_turn(request: Request, limit: Limit, act: Act, who: str) -> None:
    """At the database like everybody else: one of few places, and in a thread."""
    desk: Desk = request.app.state.desk
    shared = desk.settings.people_per_address if limit.of == "address" else 1
    item = RateLimitItemPerSecond(getattr(desk.settings, limit.setting) * shared, limit.seconds, limit.setting)
    if limit.in_memory:
        act(FixedWindowRateLimiter(request.app.state.counts), item, who, clock.now().timestamp())
        return
    counts = FixedWindowRateLimiter(DatabaseCounts(desk.office.database, desk.office.clock))
    async with place(request):
        await run_in_threadpool(act, counts, item, who, desk.office.clock().timestamp())


def _hit(counts: FixedWindowRateLimiter, item: RateLimitItem, who: str, now: float) -> None:
    _must_be_open(counts, item, who, now)  # read first: who goes on after the limit must not keep a writer busy
    if not counts.hit(item, who):
        _refuse(counts, item, who, now)


def _count(counts: FixedWindowRateLimiter, item: RateLimitItem, who: str, _now: float) -> None:
    counts.hit(item, who)


def _must_be_open(counts: FixedWindowRateLimiter, item: RateLimitItem, who: str, now: float) -> None:
    if not counts.test(item, who):
        _refuse(counts, item, who, now)


def _refuse(counts: FixedWindowRateLimiter, item: RateLimitItem, who: str, now: float) -> None:
    seconds = max(1, math.ceil(counts.get_window_stats(item, who).reset_time - now))
    log.warning("limited", limit=item.namespace)
    raise TooOften(minutes=math.ceil(seconds / 60), retry_s=seconds)
