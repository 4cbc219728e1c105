# SPDX-License-Identifier: Apache-2.0
"""企业名称登记管理规定 on the form of a name, and when a branch applies."""

from datetime import date

import pytest

from tests.forms.rules.judging import Case, fails, passes

PARENT = "南京栖云样例科技有限公司"

CASES = [
    passes("NAME-08", "standard characters and brackets", company_name="南京栖云（集团）有限公司"),
    passes("NAME-08", "a rare character", enterprise_name="南京𬭎㼆中心"),
    *(
        fails("NAME-08", f"not {name}", field, **{field: name})
        for field, name in (
            ("company_name", "南京ABC有限公司"),
            ("enterprise_name", "南京2号中心"),
            ("trade_name", "样例·小吃店"),
            ("trade_name", "样例䷀小吃店"),
        )
    ),
    passes("NAME-13", "parent and 分公司", parent_name=PARENT, enterprise_name=f"{PARENT}仙林分公司"),
    passes("NAME-13", "parent and 分店", parent_name=PARENT, enterprise_name=f"{PARENT}仙林分店"),
    fails("NAME-13", "without the parent", "enterprise_name", parent_name=PARENT, enterprise_name="南京仙林分公司"),
    fails("NAME-13", "without an end", "enterprise_name", parent_name=PARENT, enterprise_name=f"{PARENT}仙林中心"),
    passes("BR-01", "thirty days after the decision", branch_decided_on=date(2026, 10, 24)),
    fails("BR-01", "thirty-one days after it", "branch_decided_on", branch_decided_on=date(2026, 10, 23)),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_name_has_its_form(case: Case) -> None:
    assert case.judged() == case.wrong
