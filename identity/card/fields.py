# SPDX-License-Identifier: Apache-2.0
"""Fields (证面字段): recognised lines of a card, with where they stand, become fields with their doubts. Pure.

A field is doubtful when it was read unsurely, or disagrees with another: the number's check digit, birth and sex must
agree with what is printed, the nation be one of 56, the validity last as long as the law says. In 288 pictures of
drawn cards no wrong value was without doubt (`python -m bench.cards`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from identity.card.lines import Line, in_reading_order, words_of
from identity.card.words import DIGITS, EMBLEM_LABELS, LONG_TERM, NATIONS
from kit.numbers import birth_of, is_id_number

SURE = 0.90  # below it a line is doubtful: the recogniser's own confidence, 0.98–1.00 on a clear picture
PORTRAIT_FIELDS = ("name", "sex", "nation", "birth", "address", "number")
EMBLEM_FIELDS = ("authority", "valid_from", "valid_until")
BANDS = {"name": (0.03, 0.193), "sex": (0.193, 0.305), "birth": (0.305, 0.42), "address": (0.42, 0.78)}
NUMBER_BAND = (0.78, 0.918)
TEXT_ENDS = 0.64  # right of it lies the portrait
VALUES_FROM = 0.155
WIDEST_BLANK = 0.06  # between two parts of one line of the address; a wider one was glare
POLICE = re.compile(r"[\u4e00-\u9fff]{2,30}公安[\u4e00-\u9fff]{0,20}局")  # bounded: a picture may say anything
YEARS = (5, 10, 20)  # 居民身份证法第5条, beside 长期


@dataclass(frozen=True, slots=True)
class ReadField:
    """What was read; empty if nothing was. Dates as 1990-03-07, or 长期."""

    value: str
    confidence: float
    doubtful: bool


NOTHING = ReadField("", 0.0, True)
Fields = dict[str, ReadField]


def portrait_side(lines: Iterable[Line]) -> Fields:
    """Name, sex, nation, birth, address and number. Those that were not read are there, empty and doubtful."""
    rows = {name: _within(lines, band) for name, band in BANDS.items()}
    number = _number(_within(lines, NUMBER_BAND, 1.0))
    sex, nation = _sex_and_nation(rows["sex"])
    read = {
        "name": _name(rows["name"]),
        "sex": sex,
        "nation": nation,
        "birth": _birth(rows["birth"]),
        "address": _address(rows["address"]),
        "number": number,
    }
    return agreed(read)


def agreed(read: Fields) -> Fields:
    """The fields with what the number says of them: birth and sex it holds, unless its own check digit fails."""
    number = read["number"].value
    if not is_id_number(number, date.max):
        return {**read, **{name: replace(read[name], doubtful=True) for name in ("number", "birth", "sex")}}
    born = birth_of(number)
    told = {"birth": born.isoformat() if born else "", "sex": "男" if int(number[16]) % 2 else "女"}
    fixed = dict(read)
    for name, value in told.items():
        field = read[name]
        fixed[name] = ReadField(value, field.confidence, True) if not field.value else field
        if field.value and field.value != value:
            fixed[name] = replace(field, doubtful=True)
            fixed["number"] = replace(fixed["number"], doubtful=True)
    return fixed


def emblem_side(lines: Iterable[Line]) -> Fields:
    """Issuing authority and validity."""
    lines = list(lines)
    text = "\n".join(line.text for line in in_reading_order(lines))
    authority, validity = NOTHING, (NOTHING, NOTHING)
    for label, row in _labelled(lines):
        words = "".join(line.text for line in row)
        sure = min(line.confidence for line in row)
        if label == EMBLEM_LABELS[0]:
            value = words.split("机关", 1)[-1]
            is_police = POLICE.fullmatch(value) is not None
            authority = ReadField(value, sure, sure < SURE or not is_police)
        elif label == EMBLEM_LABELS[1]:
            validity = _validity(words, sure)
    if not authority.value and (found := POLICE.search(text)):
        authority = ReadField(found[0].rpartition("机关")[2], SURE, True)
    if not validity[0].value:
        validity = _validity(text, 0.0)
    return {"authority": authority, "valid_from": validity[0], "valid_until": validity[1]}


def is_expired(valid_until: str, today: date) -> bool | None:
    """None if the day is not known."""
    if valid_until == LONG_TERM:
        return False
    try:
        return date.fromisoformat(valid_until) < today
    except ValueError:
        return None


def worth_another_look(lines: Sequence[Line], fields: Mapping[str, ReadField]) -> list[Line]:
    """Places, as empty lines, where a short word may stand that was not noticed: one character is easily missed."""
    row = BANDS["sex"]
    top, bottom = row[0] + 0.015, row[1] - 0.015
    places = []
    if not fields["sex"].value or fields["sex"].confidence == 0:
        places.append(Line("", 0, VALUES_FROM, top, 0.24, bottom))
    if fields["nation"].value not in NATIONS:
        places.append(Line("", 0, 0.35, top, 0.60, bottom))
    rows = [line for line in _within(lines, BANDS["address"]) if line.right > VALUES_FROM + 0.05]
    if rows:
        last = max(rows, key=lambda line: line.middle)
        high = last.bottom - last.top
        under = last.middle + 0.0755
        if len({round(line.middle / 0.05) for line in rows}) < 3 and under < 0.72:
            places.append(Line("", 0, VALUES_FROM, under - high / 2, 0.40, under + high / 2))
    return places


def _within(lines: Iterable[Line], band: tuple[float, float], ends: float = TEXT_ENDS) -> list[Line]:
    return [line for line in lines if band[0] <= line.middle < band[1] and line.left < ends]


def _confidence(lines: Sequence[Line]) -> float:
    return min((line.confidence for line in lines), default=0.0)


def _name(lines: Sequence[Line]) -> ReadField:
    value = re.sub(r"^姓?名", "", words_of(lines))
    value = (
        re.sub(r"^姓(?=[\u4e00-\u9fff]{2})", "", value)
        if not any(line.text.startswith("姓名") for line in lines)
        else value
    )
    if not value:
        return NOTHING
    sure = _confidence([line for line in lines if line.text not in ("姓名", "姓", "名")])
    is_name = re.fullmatch(r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]+(·[\u3400-\u9fff]+)+", value) is not None
    return ReadField(value, sure, sure < SURE or not is_name)


def _sex_and_nation(lines: Sequence[Line]) -> tuple[ReadField, ReadField]:
    words, sure = words_of(lines), _confidence(lines)
    sex = re.search(r"[男女]", words)
    after = words[sex.end() :] if sex else words.partition("民族")[2]
    nation = re.sub(r"^民?族?", "", after)
    nation = re.sub(r"族$", "", nation)
    said = ReadField(sex[0], sure, sure < SURE) if sex else NOTHING
    return said, ReadField(nation, sure, sure < SURE or nation not in NATIONS) if nation else NOTHING


def _birth(lines: Sequence[Line]) -> ReadField:
    words = words_of(lines).translate(DIGITS)
    found = re.search(r"([0-9]{4})年?([0-9]{1,2})月([0-9]{1,2})日?", words)
    if not found:
        return NOTHING
    sure = _confidence(lines)
    value = _day(found[1], found[2], found[3])
    return ReadField(value, sure, sure < SURE) if value else NOTHING


def _address(lines: Sequence[Line]) -> ReadField:
    ordered = in_reading_order(lines)
    value = re.sub(r"^住?址", "", "".join(line.text for line in ordered))
    if not value:
        return NOTHING
    sure = _confidence([line for line in lines if line.text not in ("住址", "住", "址")])
    return ReadField(value, sure, sure < SURE or len(value) < 6 or _has_blank(ordered))


def _has_blank(ordered: Sequence[Line]) -> bool:
    """Whether a part is missing: two pieces stand too far apart, or a line that is not the last ends early."""
    values = [line for line in ordered if line.right > VALUES_FROM + 0.02 and not line.text.startswith("住")]
    for one, other in pairwise(values):
        is_same_row = abs(one.middle - other.middle) < 0.5 * (one.bottom - one.top)
        if is_same_row and other.left - one.right > WIDEST_BLANK:
            return True
        if not is_same_row and one.right < 0.40 and other.left < 0.25:
            return True
    return any(line.left > 0.25 and line is values[0] for line in values)


def _number(lines: Sequence[Line]) -> ReadField:
    words = words_of(lines)
    found = re.search(r"[0-9]{17}[0-9Xx]", words) or re.search(r"[0-9]{17}[0-9X]", words.translate(DIGITS))
    if not found:
        return NOTHING
    sure = _confidence([line for line in lines if re.search(r"[0-9]{6}", line.text)])
    return ReadField(found[0].upper(), sure, sure < SURE)


def _labelled(lines: Sequence[Line]) -> Iterable[tuple[str, list[Line]]]:
    """Each label of the emblem side, with the lines that stand in its row."""
    for line in lines:
        for label in EMBLEM_LABELS:
            if line.text.startswith(label):
                same = [one for one in lines if abs(one.middle - line.middle) < 0.045 and one.left >= line.left]
                yield label, sorted(same, key=lambda one: one.left)


def _validity(words: str, sure: float) -> tuple[ReadField, ReadField]:
    day = r"([0-9]{4})\.?([0-9]{2})\.?([0-9]{2})"
    found = re.search(day + r"[-—–一~至]?(?:" + day + f"|({LONG_TERM}))", words.translate(DIGITS))
    if not found:
        return NOTHING, NOTHING
    begins = _day(found[1], found[2], found[3])
    ends = found[7] or _day(found[4], found[5], found[6])
    doubtful = sure < SURE or not _lasts_as_the_law_says(begins, ends)
    return ReadField(begins, sure, doubtful), ReadField(ends, sure, doubtful)


def _lasts_as_the_law_says(begins: str, ends: str) -> bool:
    if not begins or ends == LONG_TERM:
        return bool(begins)
    return bool(ends) and begins[4:] == ends[4:] and int(ends[:4]) - int(begins[:4]) in YEARS


def _day(year: str, month: str, day: str) -> str:
    """As 1990-03-07; empty if there is no such day."""
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""
