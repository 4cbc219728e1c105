# SPDX-License-Identifier: Apache-2.0
"""Agents and contacts (代理人、联络员): who may act for a business towards the registrar. Pure."""

from collections.abc import Iterator
from datetime import date

from forms.problem import Values, Weight
from forms.rules.registry import Wrong, rule
from kit.text import Text


@rule("AGENT-01", "经营主体登记申请及代理行为管理办法第4至7条", "Measures on agents arts 4 to 7", Weight.PERSON, "V2")
def agents_declare_themselves(values: Values, _today: date) -> Iterator[Wrong]:
    if values.get("agent") == "undeclared":
        yield (
            "agent",
            Text(
                zh="代理人应先在全国经营主体登记注册系统表明代理人身份，请核对",
                en="An agent declares to be one in the national system first: please check",
            ),
        )


@rule("AGENT-02", "经营主体登记申请及代理行为管理办法第5条", "Measures on agents art. 5", Weight.PERSON, "V2")
def contact_is_of_the_business(values: Values, _today: date) -> Iterator[Wrong]:
    agent, contact = values.get("agent_number"), values.get("contact_id")
    if agent and agent == contact:
        yield (
            "contact_id",
            Text(
                zh="登记联络员应为内部人员，不能由代理人担任，请核对",
                en="The contact is somebody of the business and not its agent: please check",
            ),
        )
