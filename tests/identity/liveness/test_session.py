# SPDX-License-Identifier: Apache-2.0
"""A session is for one person, one case, one device, one minute, one time; whoever tries otherwise is told so."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from identity import Band, Comparison, ConsentMissing, evidence_of, keep_portrait, record_consent, view_picture
from identity.bands import BANDS
from identity.liveness import session as live
from identity.liveness.finishing import Ending, ending_of, finish, pictures_of
from identity.liveness.session import Asker, Batch, LiveSession
from kit.errors import DomainError
from tests.conftest import NOON
from tests.identity.liveness.sittings import chance, drawn_phase

ASKER = Asker("a-1", "me", "phone", role="sole-trader")
MODEL = f"test {BANDS.matcher}"
NEAR, FAR = Comparison(0.3, 7, 228, MODEL, (), 0.2), Comparison(0.9, 7, 228, MODEL, (), 0.2)
PHONE = {"label": "Front Camera"}


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


@pytest.fixture
def agreed(session: Session) -> Session:
    evidence = evidence_of(session, "a-1")
    keep_portrait(session, evidence, b"card", b"portrait", 228, NOON)
    record_consent(session, evidence, "agree", NOON)
    return session


def sent(row: LiveSession, action: str, name: str = "film", *, first: int | None = None) -> tuple[Batch, list[bytes]]:
    readings = drawn_phase(action, f"{name} {row.id} {row.phase}")
    times = tuple(one.taken_ms for one in readings)
    batch = Batch(row.token, row.seen if first is None else first, times, f"{name} {row.phase}", track=PHONE)
    return batch, [one.digest.encode() for one in readings]


def take(session: Session, row: LiveSession, action: str, now: datetime, name: str = "film") -> None:
    batch, jpegs = sent(row, action, name)
    live.receive(session, row, batch, drawn_phase(action, f"{name} {row.id} {row.phase}"), jpegs, now)


def moments(start: datetime = NOON) -> Iterator[datetime]:
    while True:
        start += seconds(2)
        yield start


def sat_through(session: Session, start: datetime = NOON, name: str = "film") -> tuple[LiveSession, datetime]:
    """Every phase done as asked; what is left is to finish."""
    row = live.start(session, ASKER, start, chance(7))
    times = moments(start)
    while row.kind != "intent":
        take(session, row, row.kind, next(times), name)
    live.confirm_intent(row, row.token, False, now := next(times))
    return row, now


def finished(session: Session, comparison: Comparison, start: datetime = NOON) -> tuple[LiveSession, Ending]:
    row, now = sat_through(session, start)
    return row, finish(session, ASKER, row, comparison, b"best", now)


def test_each_phase_is_released_only_when_the_one_before_is_done(agreed: Session) -> None:
    row = live.start(agreed, ASKER, NOON, chance(7))
    kinds, tokens, times = [row.kind], {row.token}, moments()
    while row.kind != "intent":
        take(agreed, row, row.kind, next(times))
        kinds.append(row.kind)
        tokens.add(row.token)
    assert tuple(kinds) == row.drawn.phases[:6]
    assert len(tokens) == 6


def test_whoever_does_as_asked_is_accepted_and_nothing_but_one_frame_is_left(agreed: Session) -> None:
    row, ending = finished(agreed, NEAR)
    evidence = evidence_of(agreed, "a-1")
    assert (ending.band, ending.liveness, evidence.band, evidence.liveness) == (Band.ACCEPT, "pass", "accept", "pass")
    assert evidence.live_session == row.id
    assert {"name", "value", "threshold", "version", "outcome"} == set(evidence.signals[0])
    assert view_picture(agreed, evidence.frame_picture) == b"best"
    agreed.flush()
    assert agreed.scalar(text("SELECT count(*) FROM sealed_picture")) == 3
    assert (row.measures, row.pictures, row.state) == (None, [], live.FINISHED)


def test_seven_frontal_frames_of_all_phases_are_compared(agreed: Session) -> None:
    row, _now = sat_through(agreed)
    assert [phase for phase, _name in row.pictures] == [0, 0, 0, 1, 2, 3, 4]
    assert len(pictures_of(agreed, row)) == 7


def test_what_rests_in_the_database_tells_nothing_of_the_face_or_of_what_comes(agreed: Session) -> None:
    row = live.start(agreed, ASKER, NOON, chance(7))
    take(agreed, row, "look", NOON + seconds(2))
    agreed.flush()
    resting = repr(agreed.execute(text("SELECT plan, measures FROM live_session")).one())
    assert "mouth" not in resting
    assert "yaw" not in resting


def test_another_face_may_try_again_and_a_living_one_without_certainty_goes_to_a_person(agreed: Session) -> None:
    _row, ending = finished(agreed, FAR)
    assert (ending.band, ending.sessions_left) == (Band.RETRY, 2)
    other = Comparison(0.3, 7, 228, MODEL, (), 0.7)  # two persons in one session
    _row, ending = finished(agreed, other, NOON + seconds(100))
    assert (ending.band, ending.liveness) == (Band.PERSON, "person")
    assert "liveness_unsure" in evidence_of(agreed, "a-1").reasons


def test_an_action_that_does_not_come_ends_the_session_and_the_third_goes_to_a_clerk(agreed: Session) -> None:
    for turn, (band, left) in enumerate(((Band.RETRY, 2), (Band.RETRY, 1), (Band.PERSON, 0))):
        start = NOON + seconds(100 * turn)
        row = live.start(agreed, ASKER, start, chance(turn))
        take(agreed, row, "look", start + seconds(1))
        asked = row.kind
        take(agreed, row, "look", start + seconds(9), f"idle {turn}")
        assert (row.kind, row.state) == ("done", live.MEASURED)
        ending = finish(agreed, ASKER, row, NEAR, b"best", start + seconds(9))
        assert (ending.band, ending.sessions_left) == (band, left)
        assert ending.mend in (f"action_{asked}", None)
    with pytest.raises(live.LiveSessionsUsedUp):
        live.start(agreed, ASKER, NOON + seconds(400))
    assert live.start(agreed, ASKER, NOON + timedelta(hours=25)).state == live.OPEN


def test_frames_of_an_earlier_session_are_known_again(agreed: Session) -> None:
    row, _ending = finished(agreed, FAR)
    again = live.start(agreed, ASKER, NOON + seconds(100))
    assert len(row.digests) > 50
    assert live.known_digests(agreed, again) == set(row.digests)


ELSEWHERE = [
    (Asker("a-2", "me", "phone", role="sole-trader"), live.LiveSessionUnknown),
    (Asker("a-1", "somebody", "phone", role="sole-trader"), live.LiveSessionUnknown),
    (Asker("a-1", "me", "phone", person="shareholder-1", role="sole-trader"), live.LiveSessionUnknown),
    (Asker("a-1", "me", "phone", role="company"), live.LiveSessionUnknown),
    (Asker("a-1", "me", "laptop", role="sole-trader"), live.LiveSessionElsewhere),
]


@pytest.mark.parametrize(("asker", "error"), ELSEWHERE)
def test_a_session_is_bound_to_case_person_role_account_and_device(
    agreed: Session, asker: Asker, error: type[DomainError]
) -> None:
    row = live.start(agreed, ASKER, NOON)
    with pytest.raises(error):
        live.admitted(agreed, asker, row.id, NOON + seconds(1))
    assert live.admitted(agreed, ASKER, row.id, NOON + seconds(1)) is row


def test_a_session_is_good_for_one_time_and_one_minute(agreed: Session) -> None:
    row, _ending = finished(agreed, NEAR)
    with pytest.raises(live.LiveSessionUsed):
        live.admitted(agreed, ASKER, row.id, NOON + seconds(30))
    late = live.start(agreed, ASKER, NOON + seconds(100))
    with pytest.raises(live.LiveSessionLate):  # nothing came of the first phase
        live.admitted(agreed, ASKER, late.id, NOON + seconds(120))
    with pytest.raises(live.LiveSessionLate):
        live.admitted(agreed, ASKER, late.id, NOON + seconds(161))
    newer = live.start(agreed, ASKER, NOON + seconds(170))
    with pytest.raises(live.LiveSessionUsed):
        live.admitted(agreed, ASKER, late.id, NOON + seconds(171))
    assert live.admitted(agreed, ASKER, newer.id, NOON + seconds(171)) is newer


def test_no_frame_is_taken_before_or_after_consent(agreed: Session) -> None:
    with pytest.raises(ConsentMissing):
        live.start(agreed, Asker("a-9", "me", "phone"), NOON)
    row = live.start(agreed, ASKER, NOON)
    record_consent(agreed, evidence_of(agreed, "a-1"), "decline", NOON)
    with pytest.raises(ConsentMissing):
        live.admitted(agreed, ASKER, row.id, NOON + seconds(1))


def test_frames_missing_huge_or_out_of_order_are_told_apart(agreed: Session) -> None:
    row = live.start(agreed, ASKER, NOON)
    batch, jpegs = sent(row, "look")
    sizes = [len(jpeg) for jpeg in jpegs]
    live.must_fit(row, batch, sizes)
    for wrong, given, error in (
        (batch, [], live.FramesMissing),
        (batch, sizes[:-1], live.FramesMissing),
        (batch, [0, *sizes[1:]], live.FramesMissing),
        (batch, [10**6, *sizes[1:]], live.FramesTooLarge),
        (sent(row, "look", first=3)[0], sizes, live.FramesOutOfOrder),
        (Batch("0" * 64, 0, batch.taken_ms, "x"), sizes, live.LiveTokenWrong),
        (Batch(live.token_of(row.id, 1), 0, batch.taken_ms, "x"), sizes, live.LiveTokenWrong),
    ):
        with pytest.raises(error):
            live.must_fit(row, wrong, given)


def test_the_same_frames_again_are_known_so_that_a_lost_answer_can_be_given_again(agreed: Session) -> None:
    row = live.start(agreed, ASKER, NOON)
    batch, _jpegs = sent(row, "look")
    assert not live.is_repeated(row, batch)
    take(agreed, row, "look", NOON + seconds(2))
    assert live.is_repeated(row, batch)


def test_three_hundred_replays_of_a_recorded_session_are_all_refused(agreed: Session) -> None:
    """Into the same session, into a new one, with the old tokens, with guessed ones: none gets to a second phase."""
    recorded, now = sat_through(agreed)
    batches = [Batch(live.token_of(recorded.id, phase), 0, (0, 125), f"{phase}") for phase in range(7)]
    finish(agreed, ASKER, recorded, FAR, None, now)
    fresh = live.start(agreed, ASKER, NOON + seconds(100))
    refused, guess = 0, chance(1)
    for turn in range(300):
        batch = batches[turn % 7]
        if turn % 3 == 2:
            batch = Batch(f"{guess.getrandbits(256):064x}", 0, batch.taken_ms, batch.digest)
        target = recorded if turn % 2 else fresh
        try:
            row = live.admitted(agreed, ASKER, target.id, NOON + seconds(101))
            live.must_fit(row, batch, [1000, 1000])
        except (live.LiveTokenWrong, live.LiveSessionUsed):
            refused += 1
    assert refused == 300
    assert fresh.phase == 0


def test_of_ten_thousand_replays_into_a_new_session_none_is_accepted(agreed: Session) -> None:
    """Every token of recorded sessions and as many guesses, in every phase, before anything is decoded."""
    recorded, now = sat_through(agreed)
    old = [live.token_of(recorded.id, phase) for phase in range(len(recorded.drawn.phases))]
    finish(agreed, ASKER, recorded, FAR, None, now)
    fresh, guess, accepted = live.start(agreed, ASKER, NOON + seconds(100)), chance(2), 0
    for turn in range(10_000):
        token = old[turn % len(old)] if turn % 2 else f"{guess.getrandbits(256):064x}"
        try:
            live.must_fit(fresh, Batch(token, 0, (0, 125), f"{turn}"), [1000, 1000])
            accepted += 1
        except live.LiveTokenWrong:
            continue
    assert accepted == 0


def test_an_abandoned_session_and_one_that_nobody_ended_leave_no_frame(agreed: Session) -> None:
    for turn in range(2):
        row, _now = sat_through(agreed, NOON + seconds(100 * turn), f"film {turn}")
        if turn == 0:
            live.abandon(agreed, ASKER, row.id, NOON + seconds(20))
        else:
            assert live.clear_live_sessions(agreed, NOON + seconds(100)) == 0
            assert live.clear_live_sessions(agreed, NOON + seconds(300)) == 1
        agreed.flush()
        assert agreed.scalar(text("SELECT count(*) FROM sealed_picture")) == 2
        assert row.measures is None


def test_a_session_that_ended_before_anything_was_asked_uses_up_no_try(agreed: Session) -> None:
    for turn in range(5):
        row = live.start(agreed, ASKER, NOON + seconds(turn))
        live.abandon(agreed, ASKER, row.id, NOON + seconds(turn))
    assert live.sessions_left(agreed, ASKER, NOON + seconds(10)) == 3


def test_the_last_answer_is_given_again_to_whoever_lost_it_and_to_nobody_else(agreed: Session) -> None:
    row, now = sat_through(agreed)
    asked = live.token_of(row.id, row.drawn.phases.index("intent"))
    ending = finish(agreed, ASKER, row, NEAR, b"best", now)
    again = live.told_at_the_end(agreed, ASKER, row.id, asked, None)
    assert again is not None
    assert ending_of(again) == ending
    assert live.told_at_the_end(agreed, ASKER, row.id, asked, "other frames") is None
    assert live.told_at_the_end(agreed, ASKER, row.id, live.token_of(row.id, 1), None) is None
    for other in ({"device": "another"}, {"account_id": "you"}, {"application_id": "a-2"}, {"person": "x.1"}):
        assert live.told_at_the_end(agreed, replace(ASKER, **other), row.id, asked, None) is None


def test_a_consent_taken_back_while_faces_were_compared_counts(agreed: Session) -> None:
    row, now = sat_through(agreed)
    record_consent(agreed, evidence_of(agreed, "a-1"), "decline", now)
    with pytest.raises(ConsentMissing):
        finish(agreed, ASKER, row, NEAR, b"best", now)


def test_tries_are_counted_for_the_person_and_the_account_whatever_the_application(agreed: Session) -> None:
    who = replace(ASKER, who="w" * 64)
    for turn in range(live.MOST_OF_PERSON):
        here = replace(who, application_id=f"b-{turn}", account_id=f"account {turn}")
        evidence = evidence_of(agreed, here.application_id)
        keep_portrait(agreed, evidence, b"card", b"portrait", 228, NOON)
        record_consent(agreed, evidence, "agree", NOON)
        live.start(agreed, here, NOON)
    assert live.sessions_left(agreed, who, NOON) == 0
    assert live.sessions_left(agreed, replace(ASKER, who="x" * 64), NOON) == 3
    with pytest.raises(live.LiveSessionsUsedUp):
        live.start(agreed, who, NOON)
