# SPDX-License-Identifier: Apache-2.0
"""Assured (身份结论): what the rules make of a person's proof by whichever way, and what the gate may know of it. Pure.

Where an officer saw the person, no face comparison is looked at beside it: the ways lead to one level. A remote face
alone does not let the machine go on (no landmark tells a living face from one that is shown on a screen). Old proofs,
which know nothing of ways, come out as they did.
"""

from collections.abc import Iterator
from datetime import date

from approval.cards import of_card
from approval.findings import DESIGN, NOT_ONLY_FACE, REAL_NAME, Found, of_identity
from approval.seen import EvidenceFacts
from catalogue import Item
from credit import Effect
from forms import Values
from identity import Band, Way
from identity.assuring import PASS, is_by_officer, is_meeting
from kit.text import Text

WORDS = {
    Way.WINDOW: Text(zh="窗口工作人员已查验证件原件和本人", en="An officer at a window saw the card and the person"),
    Way.VIDEO: Text(zh="工作人员已通过视频核验本人", en="An officer saw the person by video"),
    Way.EYE: Text(zh="审查人员已人工比对照片", en="A clerk has compared the photographs"),
    Way.PARTNER: Text(zh="合作方已为本人作实名断言", en="A partner vouched for the person"),
}
WAITING = {
    Way.WINDOW: Text(zh="申请人选择到窗口核验，尚未完成", en="The applicant chose a window and has not been there yet"),
    Way.VIDEO: Text(zh="申请人选择视频核验，尚未完成", en="The applicant chose a video call, which is still to come"),
    Way.PARTNER: Text(zh="合作方的实名断言尚未取得", en="The partner's word has not come"),
}


def of_person(evidence: EvidenceFacts, others: int, straight_through: bool) -> Iterator[Found]:
    """The holder's proof, and how many of the others have none."""
    if evidence.second_factor is None:  # from before there were ways
        yield from of_identity(evidence, others, straight_through)
        return
    way = Way(evidence.assured) if evidence.assured else None
    if way is not None:
        yield Found("ID-07", Effect.ALLOW, WORDS[way], REAL_NAME, "V")
    if not is_by_officer(way):
        yield from _of_face(evidence, way)
    if evidence.unsure:
        yield Found(
            "ID-08",
            Effect.MANUAL,
            Text(
                zh="工作人员核验时未能确认是本人，请进一步核实（不作为不予决定的依据）",
                en="An officer was not certain that it is the person: look further (no ground for a refusal)",
            ),
            REAL_NAME,
            "V",
        )
    if evidence.disputed:
        yield Found(
            "ID-09",
            Effect.MANUAL,
            Text(zh="有人声明不是本人办理，须先核实", en="Somebody says that it is not them: look into it first"),
            Text(zh="市场主体登记管理条例第40条", en="Registration Regulation art. 40"),
            "V",
        )
    yield from (found for found in of_identity(evidence, others, straight_through) if found.rule == "ID-05")


def _of_face(evidence: EvidenceFacts, way: Way | None) -> Iterator[Found]:
    if evidence.band is None and way is Way.PARTNER:
        return
    chosen = Way(evidence.way) if evidence.way else None
    if evidence.band is None and chosen in WAITING:
        yield Found("ID-10", Effect.MANUAL, WAITING[chosen], REAL_NAME, "V")
        return
    if evidence.band != Band.ACCEPT and chosen is Way.EYE:
        words = Text(
            zh="申请人选择由工作人员看照片核对（不影响办理时限和结果）",
            en="The applicant chose that a clerk compares photographs (neither time nor outcome depends on it)",
        )
        yield Found("ID-03", Effect.MANUAL, words, NOT_ONLY_FACE, "V")
        return
    for found in of_identity(evidence, 0, straight_through=False):
        yield _of_living(evidence) if found.rule == "ID-06" else found


def _of_living(evidence: EvidenceFacts) -> Found:
    """The living face and the card's text: proved, or for a person to look at."""
    if is_living(evidence):
        words = Text(zh="活体检测通过，证件文字已读取", en="A living face, and the text on the card was read")
        return Found("ID-06", Effect.ALLOW, words, DESIGN, "D")
    if evidence.intended is False:
        words = Text(
            zh="本人在镜头前确认意愿之后，名称或职务又有改动，请核实本人意愿",
            en="Name or post were changed after the person had agreed before the camera: ask what they mean",
        )
        return Found("ID-06", Effect.MANUAL, words, DESIGN, "D")
    words = Text(
        zh="证件文字或活体未能自动确认：请核对证件照片上的姓名、号码与填报一致",
        en="The card's text or liveness is not established: compare name and number with the photograph of the card",
    )
    return Found("ID-06", Effect.MANUAL, words, DESIGN, "D")


def is_living(evidence: EvidenceFacts) -> bool:
    return evidence.liveness == PASS and bool(evidence.card_agrees) and evidence.intended is not False


def of_shown_card(evidence: EvidenceFacts, item: Item, values: Values, today: date) -> Iterator[Found]:
    """What was read of the card. Whoever was met has shown it to an officer, and need not have photographed it."""
    card = evidence.card
    is_photographed = card is not None and (card.is_read or card.document is not None)
    if is_photographed or not is_meeting(evidence.assured):
        yield from of_card(card, item, values, today)


def gate_facts(evidence: EvidenceFacts, straight_through: bool) -> dict[str, object]:
    """What the gate may ask about the proof. An officer who met the person stands for face, camera and life."""
    is_met = is_meeting(evidence.assured)
    is_old = evidence.second_factor is None
    return {
        "identity_band": "assured" if is_met else evidence.band,
        "identity_by_camera": is_met or not evidence.without_camera,
        "liveness_proven": straight_through if is_old else is_met or is_living(evidence),
        "second_factor": evidence.second_factor,
    }
