# SPDX-License-Identifier: Apache-2.0
"""Cards (证件核对): what was read of a person's card against what the form says of them. Pure.

The machine may say that they agree; whatever it could not read, or reads otherwise, is for a person to look at.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from approval.findings import REAL_NAME, Found
from approval.seen import CardFacts
from catalogue import Item
from credit import Effect
from forms import Values
from identity.card import EMBLEM_FIELDS, PORTRAIT_FIELDS, CardFault, is_expired, wrong_in
from kit.text import Text

HOMES = ("operator_address", "investor_address")  # questions about where the holder of the card lives
CALLED = {
    "name": Text(zh="姓名", en="name"),
    "number": Text(zh="公民身份号码", en="number"),
    "valid_until": Text(zh="有效期限", en="validity"),
}


def of_card(card: CardFacts | None, item: Item, values: Values, today: date) -> Iterator[Found]:
    """CARD-00: agrees; 02: differs; 03: expired; 04: not read surely; 05: a copy; 06: a bad picture; 07: another
    document; 08: another address; 09: no card was read.

    None is a case from before cards were read, and nothing is said.
    """
    if card is None:
        return
    if card.document is not None:
        yield _manual(
            "CARD-07",
            Text(
                zh="申请人提交居民身份证以外的身份证件，系统不识读，请人工核对证件和填报信息",
                en="Another document than the identity card, which is not read: compare it with the form",
            ),
        )
        return
    if not card.is_read:
        yield _manual("CARD-09", Text(zh="证件文字未识读，请人工核对", en="The card was not read: compare it yourself"))
        return
    asked = {name: (field, str(values.get(field) or "")) for name, field in _fields_of(item).items()}
    found = [*_of_picture(card), *_of_text(card, asked), *_of_validity(card, today)]
    if not any(one.needs_person for one in found):
        yield Found(
            "CARD-00",
            Effect.ALLOW,
            Text(
                zh="证件上识读的姓名、公民身份号码与填报一致，校验码正确，证件在有效期内",
                en="Name and number on the card agree with the form; the check digit is right and the card valid",
            ),
            REAL_NAME,
            "V",
        )
    yield from found
    yield from _of_home(card, values)


def agrees(card: CardFacts | None, name: str, number: str, today: date) -> bool:
    """Whether the card is surely the one of the person of that name and number: of anybody in a case, as of the holder.

    Another document is not read, and so never agrees by itself.
    """
    if card is None or card.document is not None or not card.is_read:
        return False
    asked = {"name": ("", name), "number": ("", number)}
    found = (*_of_picture(card), *_of_text(card, asked), *_of_validity(card, today))
    return not any(one.needs_person for one in found)


def _fields_of(item: Item) -> dict[str, str]:
    return {"name": item.holder.name, "number": item.holder.number}


def needs_no_look(kept: Mapping[str, Any] | None, name: str, number: str, today: date) -> bool:
    """Whether its holder has nothing to check: a sound picture, every field sure, and what the form says already."""
    if not kept or kept["other"] or kept["faults"] or not (name and number):
        return False
    sure = {field: one["value"] for field, one in kept["fields"].items() if one["value"] and not one["doubtful"]}
    if not {*PORTRAIT_FIELDS, *EMBLEM_FIELDS} <= set(sure) or wrong_in(sure, today):
        return False
    is_valid = is_expired(sure["valid_until"], today) is False
    return is_valid and same(sure["name"], name) and same(sure["number"], number)


def same(one: str, other: str) -> bool:
    """Whether both are the same words, however they are spaced and whatever dot stands in a name."""
    return _plain(one) == _plain(other)


def _plain(words: str) -> str:
    return "".join(words.replace("•", "·").replace("・", "·").split()).upper()


def _manual(rule: str, message: Text, subject: str = "") -> Found:
    return Found(rule, Effect.MANUAL, message, REAL_NAME, "V", subject=subject)


def _of_picture(card: CardFacts) -> Iterator[Found]:
    if CardFault.COPY in card.faults:
        yield _manual(
            "CARD-05",
            Text(zh="证件照片疑似复印件或屏幕翻拍，请核对原件", en="Perhaps a photocopy or a screen: see the original"),
        )
    if set(card.faults) - {CardFault.COPY}:
        yield _manual(
            "CARD-06",
            Text(
                zh="证件照片有缺陷（不清楚、不完整或认不出），请人工核对",
                en="The picture of the card is flawed (unclear, cut off or not recognised): look at it",
            ),
        )


def _of_text(card: CardFacts, asked: Mapping[str, tuple[str, str]]) -> Iterator[Found]:
    """`asked`: by what stands on the card, the field of the form that asks for it and the answer."""
    for name, (field, said) in asked.items():
        read, called = card.read.get(name, ""), CALLED[name]
        if not read or name in card.doubtful:
            yield _unread(called, field)
        elif not same(read, said):
            yield _manual(
                "CARD-02",
                Text(
                    zh=f"证件上识读的{called.zh}与填报不一致，请对照证件照片",
                    en=f"The {called.en} read from the card differs from the form: look at the picture",
                ),
                field,
            )


def _of_validity(card: CardFacts, today: date) -> Iterator[Found]:
    is_over = is_expired(card.read.get("valid_until", ""), today)
    if is_over is None or "valid_until" in card.doubtful:
        yield _unread(CALLED["valid_until"], "")
    elif is_over:
        yield _manual("CARD-03", Text(zh="身份证已超过有效期限", en="The identity card has expired"))


def _unread(called: Text, subject: str) -> Found:
    return _manual(
        "CARD-04",
        Text(
            zh=f"证件上的{called.zh}没有可靠识读，请对照证件照片",
            en=f"The {called.en} on the card was not read surely: look at the picture",
        ),
        subject,
    )


def _of_home(card: CardFacts, values: Values) -> Iterator[Found]:
    field = next((name for name in HOMES if values.get(name)), None)
    read = card.read.get("address", "")
    if field and read and "address" not in card.doubtful and not same(read, str(values[field])):
        yield Found(
            "CARD-08",
            Effect.ALLOW_NOTICE,
            Text(
                zh="填报的住址与证件上的不同（迁居后可以不同，仅供参考）",
                en="The address differs from the one on the card, as it may after moving (for information)",
            ),
            REAL_NAME,
            "V",
            subject=field,
        )
