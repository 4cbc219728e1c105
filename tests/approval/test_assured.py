# SPDX-License-Identifier: Apache-2.0
"""What the rules make of each way; old proofs come out as they did."""

from typing import Any

import pytest

from approval.assured import gate_facts, of_person
from approval.findings import of_identity
from approval.seen import EvidenceFacts
from approval.weighing import digest_of_json

OLD = {"band": "accept", "distance": 0.31, "consent": "agree", "without_camera": False, "model": "m"}
NEW = {**OLD, "second_factor": "none", "liveness": "pass", "card_agrees": True, "way": "face"}
NO_FACE = {"band": None, "distance": None, "consent": None, "way": "window"}


def rules(others: int = 0, **changed: Any) -> dict[str, bool]:
    facts = EvidenceFacts(**{**NEW, **changed})
    return {found.rule: found.needs_person for found in of_person(facts, others, True)}


def test_an_old_proof_keeps_its_digest_and_its_findings() -> None:
    facts = EvidenceFacts(**OLD)
    assert facts.model_dump(mode="json") == OLD
    assert digest_of_json(facts.model_dump(mode="json")) == digest_of_json(OLD)
    assert list(of_person(facts, 1, True)) == list(of_identity(facts, 1, True))
    assert gate_facts(facts, True)["liveness_proven"] is True
    assert gate_facts(facts, True)["second_factor"] is None


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, {"ID-01": False, "ID-06": False}),
        ({"liveness": "person"}, {"ID-01": False, "ID-06": True}),
        ({"liveness": None}, {"ID-01": False, "ID-06": True}),
        ({"card_agrees": None}, {"ID-01": False, "ID-06": True}),
        ({"assured": "window", "second_factor": "window"}, {"ID-07": False}),
        ({**NO_FACE, "assured": "window", "second_factor": "window"}, {"ID-07": False}),
        ({**NO_FACE, "assured": "eye"}, {"ID-07": False}),
        ({**NO_FACE, "assured": "partner", "second_factor": "partner"}, {"ID-07": False}),
        ({"assured": "partner", "second_factor": "partner"}, {"ID-07": False, "ID-01": False, "ID-06": False}),
        ({"assured": "partner", "second_factor": "partner", "band": "person"}, {"ID-07": False, "ID-02": True}),
        (NO_FACE, {"ID-10": True}),
        ({**NO_FACE, "way": "video"}, {"ID-10": True}),
        ({**NO_FACE, "way": "partner"}, {"ID-10": True}),
        ({**NO_FACE, "way": "eye"}, {"ID-03": True}),
        ({**NO_FACE, "way": "eye", "consent": "decline"}, {"ID-03": True}),
        ({**NO_FACE, "way": "face", "consent": "agree"}, {"ID-04": True}),
        ({**NO_FACE, "way": "video", "unsure": True}, {"ID-10": True, "ID-08": True}),
        ({"disputed": True}, {"ID-01": False, "ID-06": False, "ID-09": True}),
    ],
)
def test_each_way_is_told_and_what_is_uncertain_goes_to_a_person(
    changed: dict[str, Any], expected: dict[str, bool]
) -> None:
    assert rules(**changed) == expected


def test_no_way_of_proving_ever_refuses_anybody() -> None:
    for way in (None, "face", "window", "eye", "video", "partner"):
        for assured in (None, "window", "eye", "video", "partner"):
            for band in (None, "accept", "person", "retry"):
                facts = EvidenceFacts(**{**NEW, "way": way, "assured": assured, "band": band, "unsure": True})
                assert {str(found.effect) for found in of_person(facts, 2, True)} <= {"allow", "allow_notice", "manual"}


def test_others_are_counted_whatever_the_holder_did() -> None:
    assert rules(2, assured="window", second_factor="window")["ID-05"]


def test_an_officer_who_met_the_person_stands_for_the_face_at_the_gate() -> None:
    met = gate_facts(EvidenceFacts(**{**NEW, **NO_FACE, "assured": "window", "second_factor": "window"}), True)
    assert met == {
        "identity_band": "assured",
        "identity_by_camera": True,
        "liveness_proven": True,
        "second_factor": "window",
    }
    alone = gate_facts(EvidenceFacts(**NEW), True)
    assert (alone["liveness_proven"], alone["second_factor"]) == (True, "none")
    vouched = gate_facts(EvidenceFacts(**{**NEW, **NO_FACE, "assured": "partner", "second_factor": "partner"}), True)
    assert (vouched["identity_band"], vouched["liveness_proven"]) == (None, True)
