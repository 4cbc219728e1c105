# SPDX-License-Identifier: Apache-2.0
"""Plans (想开什么): what people want to open, and which items it takes in which order. I/O: one file of the package.

Hides how the choices of a person (who they are, what they also do) become a list of items.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Set
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from catalogue.fitting import Inconsistent
from kit.declared import Location, declared, fault
from kit.text import Frozen, Text

PLANS = Path(__file__).parent / "plans.toml"
SAME_THING = 7  # characters at the end, such as 本人的居民身份证
Who = Literal["person", "company"]
REGISTRATIONS: dict[Who, str] = {"person": "sole-trader", "company": "company"}


class Extra(Frozen):
    """An item that is needed under a condition only; one that `replaces` the licence makes registration needless."""

    item: str
    only_if: Text
    replaces: Literal["licence"] | None = None


class Plan(Frozen):
    """One thing that people open or do, with the words by which they ask for it."""

    name: str = Field(pattern=r"^[a-z][a-z-]*$")
    wanted: bool = Field(False, description="whether it is a tile of the home page")
    title: Text
    words: tuple[str, ...] = Field(min_length=1)
    who: tuple[Who, ...] = Field(description="who may register for it, the usual one first; empty: nobody needs to")
    items: tuple[str, ...]
    extras: tuple[Extra, ...] = ()
    permit_before_licence: bool = Field(False, description="先证后照: the registrar asks for the permit")

    @field_validator("words")
    @classmethod
    def are_said_once(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        if twice := [word for word, count in Counter(words).items() if count > 1]:
            raise ValueError(f"said twice: {', '.join(twice)}")
        return words

    def decided(self, who: Who | None) -> Who | None:
        """The answer if it is one that this plan knows, else the usual one."""
        return who if who in self.who else next(iter(self.who), None)

    def codes(self, who: Who | None, also: Set[str] = frozenset()) -> tuple[str, ...]:
        """The items to apply for, in order, for somebody to whom the conditions of `also` (codes of extras) apply."""
        chosen = self.decided(who)
        taken = [extra for extra in self.extras if extra.item in also]
        licence = [extra.item for extra in taken if extra.replaces]
        if not licence and chosen is not None:
            licence = [REGISTRATIONS[chosen]]
        first = [*self.items, *licence] if self.permit_before_licence else [*licence, *self.items]
        return (*first, *(extra.item for extra in taken if not extra.replaces))


class Plans(Frozen):
    plans: tuple[Plan, ...] = Field(min_length=1)


def load_plans(known: Set[str], file: Path = PLANS) -> dict[str, Plan]:
    """All plans by name, in the order of the file. Raises Refused for a file that is wrong, Inconsistent for a plan
    that names an item which is not `known`, and for names and items that stand there twice."""
    plans = declared(file, Plans).plans
    wrong = [*_twice(plans), *_unknown(plans, known)]
    if wrong:
        raise Inconsistent("\n".join(str(fault(file, where, reason)) for where, reason in wrong))
    return {plan.name: plan for plan in plans}


def _twice(plans: tuple[Plan, ...]) -> Iterator[tuple[Location, str]]:
    seen: set[str] = set()
    for number, plan in enumerate(plans):
        if plan.name in seen:
            yield ("plans", number, "name"), f"there are two plans {plan.name}"
        seen.add(plan.name)
        named = Counter([*plan.items, *(extra.item for extra in plan.extras)])
        for code in [code for code, count in named.items() if count > 1]:
            yield ("plans", number, "items"), f"{plan.name} names {code} twice"


def _unknown(plans: tuple[Plan, ...], known: Set[str]) -> Iterator[tuple[Location, str]]:
    for number, plan in enumerate(plans):
        named = (
            ("who", [REGISTRATIONS[who] for who in plan.who]),
            ("items", list(plan.items)),
            ("extras", [extra.item for extra in plan.extras]),
        )
        for key, codes in named:
            for code in codes:
                if code not in known:
                    yield ("plans", number, key), f"{plan.name}: there is no item {code}"


def once(things: Iterable[Text]) -> tuple[Text, ...]:
    """Each thing to bring once: the identity card of the operator and that of the head of the shop are one card."""
    kept: list[Text] = []
    for thing in things:
        if not any(thing == other or _ends_alike(thing.zh, other.zh) for other in kept):
            kept.append(thing)
    return tuple(kept)


def _ends_alike(one: str, other: str) -> bool:
    """Chinese names the owner first and the thing last."""
    return len(one) >= SAME_THING and one[-SAME_THING:] == other[-SAME_THING:]
