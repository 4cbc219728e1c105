# SPDX-License-Identifier: Apache-2.0
"""What is entered in the register: once for each application, never of what has ended, unreadable at rest."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

import register
from kit.clock import office_day
from register import Entity, EntityEnded, Entry, Standing
from tests.builders import fictitious_id
from tests.conftest import NOON

CODE, OTHER = "92320113MA0010007P", "92320113MA0010015K"
TODAY = office_day(NOON)
UNTIL = TODAY + timedelta(days=90)
FACTS = {"operator_name": "林清和", "operator_id": fictitious_id("19900307", 1), "address": "文苑路 118 号"}


def opened(session: Session, code: str = CODE, application: str = "a-1", **more: Any) -> Entity:
    own = {"name": "栖霞样例商行", "filed_by": "account-1", "established_on": TODAY, "facts": dict(FACTS)} | more
    entity = Entity(credit_code=code, kind="sole_trader", item_code="sole-trader", item_version=1, **own)
    return register.open_entity(session, entity, application, NOON)


def entries(session: Session) -> list[tuple[str, str, list[str]]]:
    rows = session.scalars(select(Entry).order_by(Entry.application_id))
    return [(row.application_id, row.act, row.changed) for row in rows]


def read(session: Session) -> Entity:
    session.flush()
    session.expire_all()
    found = register.find(session, CODE)
    assert found is not None
    return found


def seen(entity: Entity) -> tuple[Any, ...]:
    return entity.name, entity.facts, entity.standing, entity.paused_until, entity.ended_on, entity.version


def renamed(session: Session, application: str, name: str = "栖霞新样例商行") -> Entity:
    return register.change(session, CODE, application, {"trade_name": name}, name, NOON)


def paused(session: Session, application: str) -> Entity:
    return register.pause(session, CODE, application, TODAY, UNTIL, NOON)


def resumed(session: Session, application: str) -> Entity:
    return register.resume(session, CODE, application, NOON)


def closed(session: Session, application: str) -> Entity:
    return register.close(session, CODE, application, NOON)


Act = Callable[[Session, str], Entity]
ACTS = [(renamed, "change"), (paused, "suspension"), (resumed, "resumption"), (closed, "deregistration")]
every_act = pytest.mark.parametrize(("act", "word"), ACTS, ids=[word for _act, word in ACTS])


def test_a_business_comes_into_being_and_is_found_by_its_code(session: Session) -> None:
    entity = opened(session)
    found = read(session)
    assert found.id == entity.id
    assert (found.name, found.facts, found.standing) == ("栖霞样例商行", FACTS, Standing.EXISTING)
    assert (found.established_on, found.paused_until, found.ended_on) == (TODAY, None, None)
    assert register.find(session, OTHER) is None
    assert entries(session) == [("a-1", "registration", sorted(FACTS))]


def test_opened_again_for_the_same_application_it_is_the_one_that_is_there(session: Session) -> None:
    entity = opened(session)
    assert opened(session, OTHER).id == entity.id
    assert register.find(session, OTHER) is None
    assert len(entries(session)) == 1


def test_a_change_keeps_the_other_facts_and_says_by_name_which_changed(session: Session) -> None:
    opened(session)
    changed = {"address": "文苑路 120 号", "operator_name": "林清和", "trade_name": "新"}
    register.change(session, CODE, "a-2", changed, "栖霞新商行", NOON)
    found = read(session)
    assert found.facts == {**FACTS, **changed}
    assert found.name == "栖霞新商行"
    assert entries(session)[1] == ("a-2", "change", ["address", "trade_name"])


def test_a_business_pauses_until_a_day_longer_and_trades_again(session: Session) -> None:
    opened(session)
    paused(session, "a-2")
    assert (read(session).standing, read(session).paused_until) == (Standing.PAUSED, UNTIL)
    later = UNTIL + timedelta(days=30)
    register.pause(session, CODE, "a-3", TODAY, later, NOON)
    assert (read(session).standing, read(session).paused_until) == (Standing.PAUSED, later)
    resumed(session, "a-4")
    assert (read(session).standing, read(session).paused_until) == (Standing.EXISTING, None)


def test_the_days_of_all_pauses_add_up_and_those_not_used_do_not_count(session: Session) -> None:
    opened(session)
    paused(session, "a-2")
    register.pause(session, CODE, "a-3", TODAY, UNTIL + timedelta(days=30), NOON)  # the same pause, longer
    assert read(session).paused_days == 120
    register.resume(session, CODE, "a-4", NOON + timedelta(days=20))
    assert read(session).paused_days == 20
    register.pause(session, CODE, "a-5", TODAY + timedelta(days=100), TODAY + timedelta(days=110), NOON)
    assert read(session).paused_days == 30


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        (TODAY, Standing.PAUSED),
        (UNTIL, Standing.PAUSED),
        (UNTIL + timedelta(days=1), Standing.EXISTING),
    ],
)
def test_a_pause_that_has_run_out_has_ended_by_itself(session: Session, day: date, standing: Standing) -> None:
    opened(session)
    paused(session, "a-2")
    assert read(session).standing_on(day) is standing


def test_a_business_ends_on_the_day_of_the_office_also_out_of_a_pause(session: Session) -> None:
    opened(session)
    paused(session, "a-2")
    late = NOON.replace(hour=17)  # past midnight in Beijing
    register.close(session, CODE, "a-3", late)
    found = read(session)
    assert (found.standing, found.ended_on, found.paused_until) == (Standing.ENDED, TODAY + timedelta(days=1), None)
    assert found.standing_on(UNTIL + timedelta(days=1)) is Standing.ENDED
    assert found.facts == FACTS


@every_act
def test_a_repeated_run_changes_nothing(session: Session, act: Act, word: str) -> None:
    opened(session)
    entity = act(session, "a-2")
    before, told = seen(read(session)), entries(session)
    assert told[1][:2] == ("a-2", word)
    assert act(session, "a-2").id == entity.id
    assert (seen(read(session)), entries(session)) == (before, told)


@every_act
def test_a_late_repeat_does_not_undo_what_came_after(session: Session, act: Act, word: str) -> None:
    opened(session)
    act(session, "a-2")
    if word != "deregistration":
        closed(session, "a-3")
    before = seen(read(session))
    act(session, "a-2")
    assert seen(read(session)) == before


@every_act
def test_an_ended_business_takes_no_entry(session: Session, act: Act, word: str) -> None:
    opened(session)
    closed(session, "a-2")
    before, told = seen(read(session)), entries(session)
    with pytest.raises(EntityEnded):
        act(session, f"{word}-later")
    assert (seen(read(session)), entries(session)) == (before, told)


@every_act
def test_what_is_not_in_the_register_takes_no_entry(session: Session, act: Act, word: str) -> None:
    with pytest.raises(NoResultFound):
        act(session, word)
    assert entries(session) == []


def test_an_account_sees_its_own_that_still_exist_the_newest_first(session: Session) -> None:
    opened(session, established_on=TODAY - timedelta(days=9))
    opened(session, OTHER, "a-2")
    opened(session, "92320113MA0010023E", "a-3", filed_by="account-2")
    assert [entity.credit_code for entity in register.of_account(session, "account-1")] == [OTHER, CODE]
    paused(session, "a-4")
    assert [entity.credit_code for entity in register.of_account(session, "account-1")] == [OTHER, CODE]
    closed(session, "a-5")
    assert [entity.credit_code for entity in register.of_account(session, "account-1")] == [OTHER]
    assert register.of_account(session, "account-3") == []


def test_facts_are_unreadable_in_the_database_and_public_data_is_not(session: Session) -> None:
    opened(session)
    register.change(session, CODE, "a-2", {"address": "仙林大道 163 号"}, "栖霞样例商行", NOON)
    session.flush()
    raw = repr([session.execute(text(f"SELECT * FROM {table}")).all() for table in ("entity", "entity_entry")])
    for public in (CODE, "栖霞样例商行", "existing", "address"):
        assert public in raw
    for personal in (*FACTS.values(), "仙林大道"):
        assert personal not in raw
        assert personal.encode().hex() not in raw
