# SPDX-License-Identifier: Apache-2.0
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from identity import (
    CONSENT_VERSION,
    Consent,
    ConsentMissing,
    copy_evidence,
    current_consent,
    destroy_evidence,
    evidence_of,
    hand_over,
    load_consents,
    may_compare,
    record_consent,
)
from identity.consents import FILE
from kit.declared import Refused
from tests.conftest import NOON
from tests.identity.test_evidence import proved

LATER = NOON + timedelta(hours=3)


def consents(session: Session) -> list[Consent]:
    return list(session.scalars(select(Consent).order_by(Consent.given_at, Consent.id)))


def test_a_consent_keeps_the_version_and_the_digest_of_the_words(session: Session) -> None:
    record_consent(session, evidence_of(session, "a-1"), "agree", NOON)
    kept = current_consent(session, "a-1", "holder")
    assert kept is not None
    assert (kept.version, kept.given_at, kept.withdrawn_at) == (CONSENT_VERSION, NOON, None)
    shown = load_consents().of_version(kept.version)
    assert shown is not None
    assert kept.text_digest == shown.digest


def test_agreeing_twice_is_agreeing_once(session: Session) -> None:
    evidence = evidence_of(session, "a-1")
    record_consent(session, evidence, "agree", NOON)
    record_consent(session, evidence, "agree", LATER)
    assert [one.given_at for one in consents(session)] == [NOON]


def test_withdrawing_is_written_beside_the_consent_and_ends_what_it_allowed(session: Session) -> None:
    evidence = proved(session)
    evidence.liveness, evidence.live_session, evidence.signals = "pass", "s-1", [{"name": "parallax"}]
    evidence.route, evidence.assured_at, evidence.assured_by = "face", NOON, "system:bands-2"
    record_consent(session, evidence, "decline", LATER)
    assert [(one.given_at, one.withdrawn_at) for one in consents(session)] == [(NOON, LATER)]
    assert current_consent(session, "a-1", "holder") is None
    assert (evidence.consent, evidence.consent_at) == ("decline", LATER)
    gone = ("band", "distance", "frame_picture", "liveness", "live_session", "route", "assured_at", "assured_by")
    assert [name for name in gone if getattr(evidence, name) is not None] == []
    assert evidence.signals == []
    with pytest.raises(ConsentMissing):
        may_compare(evidence)


def test_another_way_of_proving_is_not_undone_by_withdrawing(session: Session) -> None:
    evidence = proved(session)
    evidence.route, evidence.assured_at = "window", NOON
    record_consent(session, evidence, "decline", LATER)
    assert (evidence.route, evidence.assured_at) == ("window", NOON)


def test_who_agrees_again_gives_a_new_consent(session: Session) -> None:
    evidence = evidence_of(session, "a-1")
    for choice, moment in (("agree", NOON), ("decline", NOON + timedelta(hours=1)), ("agree", LATER)):
        record_consent(session, evidence, choice, moment)
    assert [one.withdrawn_at is None for one in consents(session)] == [False, True]


def test_a_consent_goes_where_the_evidence_goes(session: Session) -> None:
    proved(session)
    copy_evidence(session, "a-1", "a-2", LATER)
    copied = current_consent(session, "a-2", "holder")
    assert copied is not None
    assert copied.given_at == NOON
    hand_over(session, "a-1", "a-3")
    session.expire_all()
    assert current_consent(session, "a-1", "holder") is None
    assert current_consent(session, "a-3", "holder") is not None
    destroy_evidence(session, evidence_of(session, "a-2"))
    assert current_consent(session, "a-2", "holder") is None


def test_a_text_that_was_changed_without_a_new_version_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "consents.toml"
    file.write_text(FILE.read_text("utf-8").replace("防止别人冒用", "避免别人冒用", 1), "utf-8")
    with pytest.raises(Refused, match=r"consents\.toml:\d+.*face-consent-1 is another text"):
        load_consents(file)
    file.write_text(FILE.read_text("utf-8").replace("face-consent-2", "face-consent-1"), "utf-8")
    with pytest.raises(Refused):
        load_consents(file)
