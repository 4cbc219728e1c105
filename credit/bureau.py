# SPDX-License-Identifier: Apache-2.0
"""Bureau (信用信息来源): asks the credit bureau about one person or firm. Hides time, retries and bad answers.

Contract: docs/bureau-contract.md. Whatever happens on the wire, the caller gets a report: "unavailable" is a fact,
never a pass. Name and number go in the body only, and into no log. I/O: network.
"""

import json
import secrets
import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Protocol

import httpx
import structlog
from pydantic import AwareDatetime, Field, StringConstraints, ValidationError

from credit.breaker import Breaker
from credit.effect import Subject
from credit.report import CreditReport, Record
from kit import clock, measures, tracing
from kit.certificates import public_trust
from kit.clock import Clock
from kit.errors import DomainError
from kit.signed import keyed
from kit.text import Frozen

MOST_BYTES = 1_000_000
_log = structlog.get_logger()
_Short = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Bureau(Protocol):
    """Where credit reports come from."""

    def query(self, subject: Subject, name: str, number: str, *, purpose: str, case: str) -> CreditReport:
        """Ask about one subject, matched by `number` only. Never raises; see CreditReport.status."""
        ...

    def firm(self, number: str, *, purpose: str, case: str) -> "Firm | None":
        """What the organisation with this credit code is called; None if it is not known. Raises Unanswered."""
        ...


@dataclass(frozen=True, slots=True)
class Firm:
    """An organisation as the bureau has it, and whose word that is."""

    number: str
    name: str
    source: str
    reference: str


class Unanswered(DomainError):
    """No usable answer came; `reason` is one word for the report."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason


class _Recorded(Frozen):
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,60}$")]
    source_body: _Short
    since: date
    until: date | None
    repaired: bool


class _Answer(Frozen):
    """Version 1 of the answer: nothing missing, nothing more."""

    reference: _Short
    source: _Short
    subject: Subject
    number: _Short
    name_agrees: bool | None
    answered_at: AwareDatetime
    records: Annotated[tuple[_Recorded, ...], Field(max_length=200)]


class _Named(Frozen):
    """Version 1 of the answer about an organisation; `name` is null for a number that is not known."""

    reference: _Short
    source: _Short
    number: _Short
    name: _Short | None
    answered_at: AwareDatetime


class HttpBureau:
    """The bureau at `url`. `timeout` in seconds is the budget of one query with all its retries.

    With `secret` each request is signed; `trust` may carry a certificate of ours (mutual TLS).
    """

    def __init__(
        self,
        url: str,
        token: str,
        timeout: float = 3.0,
        *,
        now: Clock = clock.now,
        seconds: Callable[[], float] = time.monotonic,
        trust: ssl.SSLContext | None = None,
        secret: str = "",
    ) -> None:
        self._base = f"{url.rstrip('/')}/v1"
        self._headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
        self._secret = secret
        self._budget = timeout
        self._now = now
        self._trust = trust or public_trust()
        self.breaker = Breaker(seconds)

    def query(self, subject: Subject, name: str, number: str, *, purpose: str, case: str) -> CreditReport:
        """See Bureau. `purpose` and `case` are kept by the bureau and in our log: each query is processing of
        personal data (个人信息保护法 第6条)."""
        if not self.breaker.admits():
            return self._unavailable(subject, "breaker_open", purpose, case)
        question = {"subject": subject.value, "name": name, "number": number, "purpose": purpose, "case": case}
        try:
            answer = _understood(self._within_budget("queries", question), subject, number)
        except Unanswered as failure:
            self.breaker.failed()
            return self._unavailable(subject, failure.reason, purpose, case)
        self.breaker.succeeded()
        if answer.name_agrees is False:
            return self._unavailable(subject, "identity_uncertain", purpose, case)
        measures.BUREAU.labels("answered").inc()
        records = tuple(Record(**dict(each)) for each in answer.records if not each.repaired)
        _log.info("credit.answered", purpose=purpose, case=case, reference=answer.reference)
        return CreditReport(subject, "answered", records, self._now(), answer.source, answer.reference)

    def firm(self, number: str, *, purpose: str, case: str) -> Firm | None:
        """See Bureau. What an organisation is called is public; it is asked by credit code only."""
        if not self.breaker.admits():
            raise Unanswered("breaker_open")
        try:
            body = self._within_budget("firms", {"number": number, "purpose": purpose, "case": case})
            named = _Named.model_validate_json(body, strict=True)
        except (Unanswered, ValidationError) as failure:
            self.breaker.failed()
            reason = failure.reason if isinstance(failure, Unanswered) else "not_understood"
            _log.warning("credit.unavailable", reason=reason, purpose=purpose, case=case)
            raise Unanswered(reason) from None
        self.breaker.succeeded()
        if named.number != number:
            raise Unanswered("identity_uncertain")
        return Firm(number, named.name, named.source, named.reference) if named.name else None

    def _unavailable(self, subject: Subject, reason: str, purpose: str, case: str) -> CreditReport:
        _log.warning("credit.unavailable", reason=reason, purpose=purpose, case=case)
        measures.BUREAU.labels(reason).inc()
        return CreditReport(subject, "unavailable", (), self._now(), "信用信息来源", reason=reason)

    def _within_budget(self, what: str, question: dict[str, str]) -> bytes:
        """The body of the answer. Raises Unanswered."""
        with tracing.span(f"bureau {what}"):
            return self._asked_apart(what, question)

    def _asked_apart(self, what: str, question: dict[str, str]) -> bytes:
        # httpx limits each read and not the whole, and nothing limits a name server: so another thread asks, and
        # closing its client ends whatever it still waits for.
        parent = tracing.traceparent()  # here: the other thread has no span
        headers = {**self._headers, **({"traceparent": parent} if parent else {})}
        client = httpx.Client(
            timeout=self._budget, headers=headers, verify=self._trust, trust_env=False, follow_redirects=False
        )
        asking = ThreadPoolExecutor(1)
        future = asking.submit(self._ask, client, f"{self._base}/{what}", question, time.monotonic() + self._budget)
        try:
            failure = future.exception(self._budget)
        except TimeoutError:
            raise Unanswered("timeout") from None
        finally:
            client.close()
            asking.shutdown(wait=False)
        if failure is not None:
            late = isinstance(failure, httpx.TimeoutException)  # the client's own limit ends with the budget
            reason = failure.reason if isinstance(failure, Unanswered) else "timeout" if late else "unreachable"
            raise Unanswered(reason)
        return future.result()

    def _ask(self, client: httpx.Client, url: str, question: dict[str, str], deadline: float) -> bytes:
        """Ask, and once more after a short random rest if the bureau was away or over-worked."""
        try:
            return self._read(client, url, question)
        except httpx.ConnectError as error:
            if isinstance(error.__context__, ssl.SSLError):
                raise
        except Unanswered as failure:
            if failure.reason != "bureau_failed":
                raise
        rest = secrets.SystemRandom().uniform(0.05, 0.25)
        if time.monotonic() + rest >= deadline:
            raise Unanswered("timeout")
        time.sleep(rest)
        return self._read(client, url, question)

    def _read(self, client: httpx.Client, url: str, question: dict[str, str]) -> bytes:
        content = json.dumps(question, ensure_ascii=False).encode()
        path = httpx.URL(url).raw_path.decode()
        headers = {"content-type": "application/json"}
        if self._secret:
            headers |= keyed(self._secret, "POST", path, content, self._now())
        with client.stream("POST", url, content=content, headers=headers) as response:
            if response.status_code >= 500 or response.status_code == 429:
                raise Unanswered("bureau_failed")
            if response.status_code != 200:
                raise Unanswered("bureau_refused")
            body = bytearray()
            for part in response.iter_raw(65_536):
                body += part
                if len(body) > MOST_BYTES:
                    raise Unanswered("too_large")
        return bytes(body)


def _understood(body: bytes, subject: Subject, number: str) -> _Answer:
    try:
        answer = _Answer.model_validate_json(body, strict=True)
    except ValidationError:
        raise Unanswered("not_understood") from None  # its text would quote the answer
    if answer.number != number or answer.subject is not subject:
        raise Unanswered("identity_uncertain")
    return answer
