# SPDX-License-Identifier: Apache-2.0
"""Effect (惩戒效果): what a fact about credit does to a filing, and who stands in it in which role. Pure.

No effect is carried out by a machine: everything above a notice means that a person decides.
"""

from enum import StrEnum

from kit.text import Text


class Subject(StrEnum):
    """Whom the bureau is asked about."""

    NATURAL = "natural"
    LEGAL = "legal"


class Role(StrEnum):
    """What the subject is, or is to become, in this filing."""

    LEGAL_REPRESENTATIVE = "legal_representative"
    DIRECTOR = "director"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    SHAREHOLDER = "shareholder"
    OPERATOR = "operator"
    INVESTOR = "investor"
    PARTNER = "partner"
    BRANCH_HEAD = "branch_head"
    CONTACT = "contact"
    AGENT = "agent"
    ENTITY = "entity"

    @property
    def label(self) -> Text:
        return _LABELS[self]


_LABELS = {
    Role.LEGAL_REPRESENTATIVE: Text(zh="拟任法定代表人", en="proposed legal representative"),
    Role.DIRECTOR: Text(zh="拟任董事", en="proposed director"),
    Role.SUPERVISOR: Text(zh="拟任监事", en="proposed supervisor"),
    Role.MANAGER: Text(zh="拟任高级管理人员", en="proposed senior manager"),
    Role.SHAREHOLDER: Text(zh="股东", en="shareholder"),
    Role.OPERATOR: Text(zh="个体工商户经营者", en="operator of the individual business"),
    Role.INVESTOR: Text(zh="投资人", en="investor"),
    Role.PARTNER: Text(zh="合伙人", en="partner"),
    Role.BRANCH_HEAD: Text(zh="分支机构负责人", en="head of the branch"),
    Role.CONTACT: Text(zh="联络员", en="contact"),
    Role.AGENT: Text(zh="委托代理人", en="agent"),
    Role.ENTITY: Text(zh="申请的经营主体", en="applying entity"),
}


class Effect(StrEnum):
    """From the mildest to the most severe (domain levels of CR-01…16)."""

    ALLOW = "allow"
    ALLOW_NOTICE = "allow_notice"
    MANUAL = "manual"
    LINKED_REQUIRED = "linked_required"
    SUSPEND = "suspend"
    REFUSE_ROLE = "refuse_role"
    REFUSE = "refuse"

    @property
    def severity(self) -> int:
        """0 for the mildest."""
        return list(Effect).index(self)

    @property
    def needs_person(self) -> bool:
        return self.severity >= Effect.MANUAL.severity

    @property
    def is_refusal(self) -> bool:
        return self in (Effect.REFUSE_ROLE, Effect.REFUSE)
