# SPDX-License-Identifier: Apache-2.0
import pytest

from audit.leaves import JSON
from audit.privacy import PersonalDataInLog, refuse_personal

IDENTITY = "99999919900307001X"
PHONE = "13800138000"


@pytest.mark.parametrize(
    "value",
    [
        IDENTITY,
        f"申请人{IDENTITY}已核验",
        "999999 19900307 001x",
        "９９９９９９１９９００３０７００１Ｘ",
        PHONE,
        f"+86 {PHONE}",
        f"0086{PHONE}",
        "电话138-0013-8000。",
        {"deep": [{"deeper": PHONE}]},
        {PHONE: 1},
        {"number": 999999199003070011},
    ],
)
def test_an_identity_or_mobile_number_is_refused_wherever_it_hides(value: JSON) -> None:
    with pytest.raises(PersonalDataInLog) as refused:
        refuse_personal({"outer": value})
    assert PHONE not in str(refused.value)
    assert IDENTITY not in str(refused.value)


@pytest.mark.parametrize(
    "value",
    [
        "91320113MA00000012",
        "QX-2026-000123",
        "2026-11-23T04:00:00.000000+00:00",
        "13800138000" * 6,  # 66 digits: a hash may be all digits
        "a13800138000b13800138000c1380013",  # a hexadecimal hash with such runs inside
        "0b13800138000aa0b13800138000aa0b13800138000aa0b13800138000aa1234"[:64],
        "12345678-1234-1234-1234-13800138000a",
        {"capital_fen": 13000000000, "distance": 0.4312, "none": None, "yes": True},
        "准予登记，第12条第5项",
    ],
)
def test_what_only_resembles_one_may_be_logged(value: JSON) -> None:
    refuse_personal({"outer": value})
