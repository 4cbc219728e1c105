# SPDX-License-Identifier: Apache-2.0
"""Seen (所见): what the rules look at of a person's proof and card, and nothing else of them: no picture. Pure."""

from typing import Any

from pydantic import Field

from identity import Evidence
from kit.text import Frozen


class CardFacts(Frozen):
    """What was read of the holder's card. `document` is the kind of another document, which nobody reads.

    `read` holds what the machine read of COMPARED, `doubtful` which of it is not sure.
    """

    document: str | None = None
    is_read: bool = False
    read: dict[str, str] = Field(default={})
    doubtful: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def _is_none(value: object) -> bool:
    return value is None


class EvidenceFacts(Frozen):
    """What the rules look at of the holder's proof; no picture.

    What is None from `card` on stays out of the JSON, so that proofs from before it was asked keep their digest.
    """

    band: str | None
    distance: float | None
    consent: str | None
    without_camera: bool
    model: str
    card: CardFacts | None = Field(default=None, exclude_if=_is_none)
    liveness: str | None = Field(default=None, exclude_if=_is_none)
    card_agrees: bool | None = Field(default=None, exclude_if=_is_none)
    way: str | None = Field(default=None, exclude_if=_is_none)
    assured: str | None = Field(default=None, exclude_if=_is_none)  # by which way somebody vouched for the person
    second_factor: str | None = Field(default=None, exclude_if=_is_none)  # None: from before there were ways
    # False: after the living face had agreed, the form was given another name or post.
    intended: bool | None = Field(default=None, exclude_if=_is_none)
    unsure: bool | None = Field(default=None, exclude_if=_is_none)
    disputed: bool | None = Field(default=None, exclude_if=_is_none)  # somebody says "that is not me"


COMPARED = ("name", "number", "address", "valid_until")  # with the form, and with the day


def card_facts(kept: dict[str, Any] | None) -> CardFacts:
    if not kept:
        return CardFacts()
    fields = {name: kept["fields"][name] for name in COMPARED if name in kept["fields"]}
    return CardFacts(
        document=kept.get("document", {}).get("kind"),
        is_read=not kept["other"],
        read={name: field["value"] for name, field in fields.items()},
        doubtful=tuple(name for name in COMPARED if name not in fields or fields[name]["doubtful"]),
        faults=tuple(kept["faults"]),
    )


def facts_of(evidence: Evidence) -> EvidenceFacts:
    return EvidenceFacts(
        band=evidence.band,
        distance=evidence.distance,
        consent=evidence.consent,
        without_camera=evidence.without_camera,
        model=evidence.model or "",
        card=card_facts(evidence.card_read),
    )
