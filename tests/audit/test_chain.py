# SPDX-License-Identifier: Apache-2.0
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import offline
from audit.chain import GENESIS, Link, canonical, hash_of, link, verify

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def three_links() -> list[Link]:
    found: list[Link] = []
    previous = GENESIS
    for index in (1, 2, 3):
        found.append(link(index, NOON, "case.opened", f"A-{index}", "system:clock", "{}", previous))
        previous = found[-1].hash
    return found


def test_a_chain_as_written_holds_to_its_last_entry() -> None:
    links = three_links()
    assert verify(links) == (3, links[-1].hash, None)


@pytest.mark.parametrize("field", ["at", "event", "subject", "actor", "facts", "previous", "hash"])
def test_a_change_of_any_field_breaks_the_chain_there(field: str) -> None:
    links = three_links()
    links[1] = links[1]._replace(**{field: "changed"})  # type: ignore[arg-type]
    assert verify(links)[2] == 2


def test_a_removed_first_entry_breaks_the_chain() -> None:
    assert verify(three_links()[1:])[2] == 1


def test_the_same_moment_in_another_zone_gives_the_same_hash() -> None:
    beijing = NOON.astimezone(timezone(timedelta(hours=8)))
    assert link(1, NOON, "a.b", "s", "x:y", "{}", GENESIS) == link(1, beijing, "a.b", "s", "x:y", "{}", GENESIS)


def test_fields_cannot_flow_into_each_other() -> None:
    assert hash_of(1, "t", "a", "bc", "d", "{}", GENESIS) != hash_of(1, "t", "ab", "c", "d", "{}", GENESIS)


def test_what_has_no_single_text_is_refused() -> None:
    for value in (float("nan"), float("inf"), "\ud800"):
        with pytest.raises(ValueError, match=r".*"):
            canonical(value)


@given(st.integers(1, 10**12), st.text(st.characters(exclude_categories=["Cs"])), st.text('{}":,a中\\', max_size=20))
def test_the_offline_verifier_reads_the_chain_as_it_is_written(index: int, subject: str, facts: str) -> None:
    entry = link(index, NOON, "a.b", subject, "x:y", facts, GENESIS)
    assert offline._Entry(*entry).holds
