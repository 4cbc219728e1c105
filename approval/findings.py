# SPDX-License-Identifier: Apache-2.0
"""Findings (核查结论): what the automatic checks say about one application, each with its legal basis. Pure.

A rule whose basis is not verified (confidence M or D) may warn or ask for a person, never refuse.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from approval.gate import Gate, Rule, Verdict
from approval.seen import EvidenceFacts
from credit import CreditFinding, Effect
from forms import NAMES, Form, Problem, Values, Weight
from identity import BANDS, Band
from kit.text import Text

PASSING = frozenset({Effect.ALLOW, Effect.ALLOW_NOTICE})
Measured = str | bool | int | float | tuple[str, ...] | None
"""What a rule looked at, or its threshold: a code, a count or a distance; never a name, a number or an address."""


@dataclass(frozen=True, slots=True)
class Found:
    """One conclusion of one rule; `subject` says in which role a person is meant, never the number."""

    rule: str
    effect: Effect
    message: Text
    basis: Text
    confidence: str
    subject: str = ""
    source: str = ""
    value: Measured = None
    threshold: Measured = None

    @property
    def needs_person(self) -> bool:
        return self.effect not in PASSING

    def told(self) -> dict[str, Any]:
        """As proofs of format 1 kept it."""
        return {
            "rule": self.rule,
            "effect": str(self.effect),
            "subject": self.subject,
            "message": self.message.model_dump(),
            "basis": self.basis.model_dump(),
            "confidence": self.confidence,
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class Held:
    """A rule that was asked and has nothing to say against the case: nobody is told, the proof keeps it.

    `outcome` is None where nobody could say.
    """

    rule: str
    basis: Text
    confidence: str
    value: Measured = None
    threshold: Measured = None
    subject: str = ""
    source: str = ""
    outcome: bool | None = True


REAL_NAME = Text(zh="市场主体登记管理条例实施细则第16条", en="Detailed Rules art. 16")
NOT_ONLY_FACE = Text(zh="人脸识别技术应用安全管理办法第10条", en="Face Recognition Measures art. 10")
DESIGN = Text(zh="本系统设计规则", en="Design rule of this service")


def of_identity(evidence: EvidenceFacts, others: int, straight_through: bool) -> Iterator[Found]:
    """The holder's proof, and whoever else the form names."""
    if evidence.band == Band.ACCEPT and evidence.distance is not None:
        yield Found(
            "ID-01",
            Effect.ALLOW,
            Text(
                zh=f"现场人像与证件头像一致（距离 {evidence.distance:.3f}，通过线 {BANDS.accept}）",
                en=f"The live face matches the card (distance {evidence.distance:.3f}, accepted up to {BANDS.accept})",
            ),
            REAL_NAME,
            "V",
            source=evidence.model,
            value=evidence.distance,
            threshold=BANDS.accept,
        )
        yield _unproven_live(straight_through)
    elif evidence.band == Band.PERSON and evidence.distance is not None:
        why = (
            ("以上传照片代替现场拍摄", "an uploaded picture, not a live one")
            if evidence.without_camera
            else ("结论不确定", "the comparison is not certain")
        )
        yield Found(
            "ID-02",
            Effect.MANUAL,
            Text(
                zh=f"人像比对需人工核对：{why[0]}（距离 {evidence.distance:.3f}，通过线 {BANDS.accept}）",
                en=f"A clerk compares the faces: {why[1]} ({evidence.distance:.3f}, accepted up to {BANDS.accept})",
            ),
            REAL_NAME,
            "V",
            source=evidence.model,
            value=evidence.distance,
            threshold=BANDS.accept,
        )
    elif evidence.consent == "decline":
        yield Found(
            "ID-03",
            Effect.MANUAL,
            Text(
                zh="申请人选择不使用人脸核验，由工作人员以其他方式核验身份（不影响办理时限和结果）",
                en="The applicant chose not to use face comparison: a clerk checks identity in another way",
            ),
            NOT_ONLY_FACE,
            "V",
            value=evidence.consent,
            threshold="agree",
        )
    else:
        yield Found(
            "ID-04",
            Effect.MANUAL,
            Text(
                zh="人像比对未通过，由工作人员以其他方式核验身份",
                en="The faces did not match: a clerk checks identity in another way",
            ),
            REAL_NAME,
            "V",
            source=evidence.model,
            value=evidence.distance,
            threshold=BANDS.accept,
        )
    if others:
        yield Found(
            "ID-05",
            Effect.MANUAL,
            Text(
                zh=f"另有 {others} 名人员尚未在本系统实名核验，请核对其实名登记确认情况",
                en=f"{others} more persons have not proved their identity here: check their real-name confirmation",
            ),
            REAL_NAME,
            "V",
            value=others,
            threshold=0,
        )


def _unproven_live(straight_through: bool) -> Found:
    return Found(
        "ID-06",
        Effect.ALLOW_NOTICE if straight_through else Effect.MANUAL,
        Text(
            zh="证件文字与活体未自动核验：请核对证件照片上的姓名、号码与填报一致",
            en="The text on the card and liveness are not checked automatically: compare name and number with the card",
        ),
        DESIGN,
        "D",
        value=False,
        threshold=True,
    )


COMPLETE = Text(
    zh="市场主体登记管理条例第17、19条；实施细则第18条",
    en="Registration Regulation arts 17, 19; Detailed Rules art. 18",
)
REGISTRABLE = Text(zh="市场主体登记管理条例第19条", en="Registration Regulation art. 19")
FILED_IN_FORM = Text(zh="行政许可法第31、32条", en="Administrative Licensing Law arts 31, 32")


def of_form(problems: Iterable[Problem], *, is_permit: bool = False) -> Iterator[Found]:
    """Whatever the form check finds at this moment; problems that block were shown before submitting."""
    clean = True
    for problem in problems:
        clean = clean and problem.weight is Weight.NOTE
        yield of_problem(problem, is_permit=is_permit)
    if clean:
        yield Found(
            "FORM-00",
            Effect.ALLOW,
            Text(zh="填报内容齐全，各项之间一致，符合法定形式", en="Complete, consistent and in the legal form"),
            FILED_IN_FORM if is_permit else COMPLETE,
            "V",
            value=0,
            threshold=0,
        )


def of_problem(problem: Problem, *, is_permit: bool = False) -> Found:
    """One thing that a rule of the form says."""
    return Found(
        problem.rule or "FORM-01",
        Effect.ALLOW_NOTICE if problem.weight is Weight.NOTE else Effect.MANUAL,
        problem.message,
        problem.basis or (FILED_IN_FORM if is_permit else REGISTRABLE),
        problem.confidence[:1],
        subject=problem.path,
        value=1,
        threshold=0,
    )


def of_content(form: Form, values: Values) -> Iterator[Found]:
    """What only a person, or a database that is not connected, can check."""
    if values.get("premises_proof") not in (None, "declaration"):
        yield Found(
            "ADDR-01",
            Effect.MANUAL,
            Text(zh="场所依据需核验（不动产登记等共享数据尚未接入）", en="The title to the premises must be checked"),
            Text(zh="市场主体登记管理条例实施细则第25条", en="Detailed Rules art. 25"),
            "V",
            subject="premises_proof",
            value=str(values["premises_proof"]),
            threshold="declaration",
        )
    if licensed := licensed_items(form, values):
        yield Found(
            "SCOPE-01",
            Effect.ALLOW_NOTICE,
            Text(
                zh="登记后须先取得许可方可经营：" + "、".join(label.zh for label in licensed),
                en="Obtain a permit before trading in: " + ", ".join(label.en for label in licensed),
            ),
            Text(zh="优化营商环境条例第19条（先照后证，双告知）", en="Business Environment Regulation art. 19"),
            "V",
            value=len(licensed),
            threshold=0,
        )


def licensed_items(form: Form, values: Values) -> list[Text]:
    """The chosen business that needs a permit; a form without business scope has none."""
    try:
        options = form.field("scope").options
    except KeyError:
        return []
    return [option.label for option in options if option.licensed and option.value in values.get("scope", ())]


def of_names(values: Values, namesakes: int | None) -> Iterator[Found]:
    """A name that is used is compared with our own register; the city's is not connected."""
    field = next((field for field in NAMES if values.get(field)), None)
    if field is None:
        return
    name = values[field]
    yield Found(
        "NAME-01",
        Effect.MANUAL,
        Text(zh=f"名称“{name}”尚未与全市名称库比对", en=f"The name {name} was not compared with the city's register"),
        Text(zh="企业名称登记管理规定第17条", en="Regulation on enterprise names art. 17"),
        "V",
        subject=field,
        value="unchecked",
        threshold=("none", "compared"),
    )
    if namesakes:
        yield Found(
            "NAME-02",
            Effect.MANUAL,
            Text(
                zh=f"本区已有 {namesakes} 件相同名称的登记或在办申请",
                en=f"{namesakes} registrations or open applications in this district have the same name",
            ),
            Text(zh="企业名称登记管理规定第17条", en="Regulation on enterprise names art. 17"),
            "V",
            subject=field,
            value=namesakes,
            threshold=0,
        )


def of_credit(findings: Iterable[tuple[str, CreditFinding]]) -> Iterator[Found]:
    """Each with the role in which the person is meant; that there is none is worth saying as well."""
    clean = True
    for subject, finding in findings:
        clean = False
        yield Found(
            finding.rule,
            finding.effect,
            finding.message,
            finding.basis,
            finding.confidence,
            subject=subject,
            source=f"{finding.source} {finding.reference}".strip(),
            value=1,
            threshold=0,
        )
    if clean:
        yield Found(
            "CR-00",
            Effect.ALLOW,
            Text(
                zh="已向信用数据库查询有关人员，没有限制登记的记录",
                en="The credit bureau knows nothing against the persons named",
            ),
            Text(
                zh="公司法第178条；登记管理条例第12、40条",
                en="Company Law art. 178; Registration Regulation arts 12, 40",
            ),
            "V",
            value=0,
            threshold=0,
        )


def of_gate(gate: Gate | None, verdict: Verdict | None, is_open: bool) -> Iterator[Found]:
    """Why a case without any doubt still goes to a person; a gate in the shadow stays unseen."""
    if gate is None or verdict is None or gate.mode != "live" or not is_open:
        yield Found(
            "GATE-01",
            Effect.MANUAL,
            Text(
                zh="本事项未开通自动审批，由工作人员决定",
                en="Automatic approval is not open for this item: a clerk decides",
            ),
            DESIGN,
            "D",
            value="none" if gate is None else gate.mode if gate.mode != "live" else "closed",
            threshold="live",
        )
    elif verdict.passed:
        yield Found(
            "GATE-00",
            Effect.ALLOW,
            Text(
                zh=f"自动审批规则 {len(verdict.trace)} 条全部满足（第 {verdict.version} 版）",
                en=f"All {len(verdict.trace)} rules of automatic approval hold (version {verdict.version})",
            ),
            DESIGN,
            "D",
            value=0,
            threshold=0,
        )
    else:
        for rule in gate.rules:
            if rule.id in verdict.failing:
                yield Found(
                    rule.id,
                    Effect.MANUAL,
                    _not_by_machine(rule),
                    rule.citation,
                    rule.confidence,
                )


def _not_by_machine(rule: Rule) -> Text:
    zh, en = f"不满足自动审批条件：{rule.title.zh}", f"Not for automatic approval: {rule.title.en}"
    if rule.way_on is None:
        return Text(zh=zh, en=en)
    return Text(zh=f"{zh}。{rule.way_on.zh}", en=f"{en}. {rule.way_on.en}")
