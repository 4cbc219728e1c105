# SPDX-License-Identifier: Apache-2.0
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations, product

import pytest
from sqlalchemy.orm import Session

from identity import (
    GRANTABLE,
    SEPARATED,
    Account,
    LinkUnknown,
    PasswordWeak,
    Role,
    account_of,
    account_of_link,
    confirm_codes,
    confirm_link,
    create_account,
    current_code,
    disable,
    enrol_staff,
    first_of,
    grant_role,
    has_codes,
    issue_link,
    offer_codes,
    seed_offices,
    sign_in,
    sign_in_staff,
    use_link,
    waiting_links,
)
from identity.offices import OfficeUnknown
from identity.staffing import (
    CreatorMayNotGrant,
    FirstIsThere,
    LinkNotYours,
    NoRoleYet,
    OwnAccount,
    RoleUnknown,
    SeparationBroken,
    UsernameTaken,
)
from kit.database import Database
from tests.conftest import NOON

GOOD = "tangerine-violin-42"


def a(session: Session, role: Role, username: str = "") -> Account:
    return enrol_staff(session, username or str(role), "某人", role, "a long password", NOON)


def a_newcomer(session: Session) -> tuple[Account, Account, Account]:
    """System administrator, security administrator, and the account that the former has created."""
    seed_offices(session)
    system, security = a(session, Role.ADMINISTRATOR), a(session, Role.SECURITY)
    return system, security, create_account(session, system, "newcomer", "新人", "xianlin", NOON)


def test_an_account_begins_without_role_and_without_a_way_in(session: Session) -> None:
    system, security, newcomer = a_newcomer(session)
    assert (newcomer.role, newcomer.is_active, newcomer.office) == (Role.UNASSIGNED, False, "xianlin")
    assert sign_in_staff(session, "newcomer", "", NOON) is None
    with pytest.raises(NoRoleYet):
        issue_link(session, security, newcomer, NOON)
    with pytest.raises(UsernameTaken):
        create_account(session, system, "newcomer", "别人", "xianlin", NOON)
    with pytest.raises(OfficeUnknown):
        create_account(session, system, "another", "别人", "nowhere", NOON)


def test_a_newcomer_gets_in_by_three_people(session: Session) -> None:
    system, security, newcomer = a_newcomer(session)
    grant_role(session, security, newcomer, Role.CLERK)
    link, token = issue_link(session, security, newcomer, NOON)
    with pytest.raises(LinkUnknown):
        account_of_link(session, token, NOON)
    assert waiting_links(session, NOON) == [link]
    confirm_link(session, system, link.id, NOON)
    assert account_of_link(session, token, NOON) is newcomer
    assert use_link(session, token, GOOD, NOON) is newcomer
    assert sign_in_staff(session, "newcomer", GOOD, NOON) is newcomer
    with pytest.raises(LinkUnknown):
        use_link(session, token, GOOD, NOON)


def test_who_issued_a_link_or_is_to_use_it_does_not_confirm_it(session: Session) -> None:
    _system, security, newcomer = a_newcomer(session)
    grant_role(session, security, newcomer, Role.SECURITY)
    link, _token = issue_link(session, security, newcomer, NOON)
    for wrong in (security, newcomer, a(session, Role.CLERK), a(session, Role.SUPERVISOR), a(session, Role.AUDITOR)):
        with pytest.raises(LinkNotYours):
            confirm_link(session, wrong, link.id, NOON)
    with pytest.raises(OwnAccount):
        issue_link(session, security, security, NOON)


def test_a_link_lasts_a_day_and_a_newer_one_replaces_it(session: Session) -> None:
    system, security, newcomer = a_newcomer(session)
    grant_role(session, security, newcomer, Role.CLERK)
    link, token = issue_link(session, security, newcomer, NOON)
    confirm_link(session, system, link.id, NOON)
    assert account_of_link(session, token, NOON + timedelta(hours=24)) is newcomer
    with pytest.raises(LinkUnknown):
        use_link(session, token, GOOD, NOON + timedelta(hours=24, seconds=1))
    issue_link(session, security, newcomer, NOON)
    with pytest.raises(LinkUnknown):
        use_link(session, token, GOOD, NOON)
    with pytest.raises(LinkUnknown):
        confirm_link(session, system, link.id, NOON)


def test_a_weak_password_does_not_use_the_link_up(session: Session) -> None:
    system, security, newcomer = a_newcomer(session)
    grant_role(session, security, newcomer, Role.CLERK)
    link, token = issue_link(session, security, newcomer, NOON)
    confirm_link(session, system, link.id, NOON)
    for weak in ("short", "password1234", "x" * 129):
        with pytest.raises(PasswordWeak):
            use_link(session, token, weak, NOON)
    assert use_link(session, token, GOOD, NOON) is newcomer


def test_a_link_used_by_two_at_once_lets_one_in(database: Database) -> None:
    with database.writing() as session:
        system, security, newcomer = a_newcomer(session)
        grant_role(session, security, newcomer, Role.CLERK)
        link, token = issue_link(session, security, newcomer, NOON)
        confirm_link(session, system, link.id, NOON)

    def use(number: int) -> bool:
        try:
            with database.writing() as session:
                use_link(session, token, f"{GOOD}-{number}", NOON)
        except LinkUnknown:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(use, range(4))) == 1


def test_recovery_is_enrolment_over_again_and_what_was_lost_opens_nothing(session: Session) -> None:
    system, security = a(session, Role.ADMINISTRATOR), a(session, Role.SECURITY)
    clerk = a(session, Role.CLERK)
    confirm_codes(session, clerk, current_code(offer_codes(session, clerk), NOON), NOON)
    token, _until = sign_in(session, clerk, NOON)
    link, way = issue_link(session, security, clerk, NOON)
    confirm_link(session, system, link.id, NOON)
    assert account_of(session, token, NOON) is clerk, "a link that is not used changes nothing"
    use_link(session, way, GOOD, NOON)
    assert account_of(session, token, NOON) is None
    assert not has_codes(session, clerk.id)
    assert sign_in_staff(session, "clerk", "a long password", NOON) is None


@pytest.mark.parametrize(("first", "then"), list(permutations(sorted(SEPARATED), 2)))
def test_nobody_is_two_of_the_three_administrators_one_after_the_other_neither(
    session: Session, first: Role, then: Role
) -> None:
    security, person = a(session, Role.SECURITY, "bao"), a(session, Role.CLERK)
    grant_role(session, security, person, first)
    with pytest.raises(SeparationBroken):
        grant_role(session, security, person, then)
    grant_role(session, security, person, Role.CLERK)
    with pytest.raises(SeparationBroken):
        grant_role(session, security, person, then)
    grant_role(session, security, person, first)
    assert person.role == first


@pytest.mark.parametrize(("before", "after"), list(product(GRANTABLE, GRANTABLE)))
def test_the_matrix_of_roles(session: Session, before: Role, after: Role) -> None:
    security, person = a(session, Role.SECURITY, "bao"), a(session, before, "person")
    if before in SEPARATED and after in SEPARATED and before != after:
        with pytest.raises(SeparationBroken):
            grant_role(session, security, person, after)
        assert person.role == before
    else:
        grant_role(session, security, person, after)
        assert person.role == after


def test_nobody_grants_themselves_and_nobody_grants_what_they_created(session: Session) -> None:
    system, security, newcomer = a_newcomer(session)
    with pytest.raises(OwnAccount):
        grant_role(session, security, security, Role.SUPERVISOR)
    with pytest.raises(CreatorMayNotGrant):
        grant_role(session, system, newcomer, Role.CLERK)
    for role in ("applicant", "unassigned", "root", ""):
        with pytest.raises(RoleUnknown):
            grant_role(session, security, newcomer, role)


def test_whoever_is_disabled_or_gets_another_role_is_out_everywhere(session: Session) -> None:
    security, clerk = a(session, Role.SECURITY), a(session, Role.CLERK)
    token, _until = sign_in(session, clerk, NOON)
    grant_role(session, security, clerk, Role.SUPERVISOR)
    assert account_of(session, token, NOON) is None
    token, _until = sign_in(session, clerk, NOON)
    disable(session, security, clerk)
    assert account_of(session, token, NOON) is None
    with pytest.raises(OwnAccount):
        disable(session, security, security)


def test_the_first_administrators_are_created_while_there_is_none(session: Session) -> None:
    for role in (Role.ADMINISTRATOR, Role.SECURITY):
        token = first_of(session, f"first{role}", "某人", role, NOON)
        assert use_link(session, token, GOOD, NOON).role == role
        with pytest.raises(FirstIsThere):
            first_of(session, f"second{role}", "某人", role, NOON)
    for role in (Role.AUDITOR, Role.CLERK):
        with pytest.raises(RoleUnknown):
            first_of(session, "another", "某人", role, NOON)
