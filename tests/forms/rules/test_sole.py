# SPDX-License-Identifier: Apache-2.0
"""个人独资企业法 on the one investor."""

import pytest

from tests.builders import fictitious_id
from tests.forms.rules.judging import A, Case, fails, passes

CASES = [
    passes("SOLE-01", "an investor who is not barred", investor_barred="no"),
    fails("SOLE-01", "one who is barred from business", "investor_barred", investor_barred="yes"),
    passes("SOLE-02", "eighteen today", investor_id=fictitious_id("20081123", 1)),
    fails("SOLE-02", "eighteen tomorrow", "investor_id", investor_id=fictitious_id("20081124", 1)),
    passes("SOLE-03", "a studio", investor_id=A, enterprise_name="南京栖云样例设计工作室"),
    passes("SOLE-03", "a company has no investor", enterprise_name="南京栖云样例有限公司"),
    *(
        fails("SOLE-03", f"not {name}", "enterprise_name", investor_id=A, enterprise_name=name)
        for name in ("南京样例公司", "南京样例有限中心")
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_sole_proprietorship_is_judged_by_its_law(case: Case) -> None:
    assert case.judged() == case.wrong
