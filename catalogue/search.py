# SPDX-License-Identifier: Apache-2.0
"""Search (搜索): which plans and items somebody means who does not know their names. Pure.

Hides how everyday words, pinyin, sound-alikes and slips of a finger are told apart: each way of agreeing has its own
band of scores, so that a certain match always stands before a guess.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pypinyin import Style, lazy_pinyin
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from catalogue.item import Item
from catalogue.plans import Plan

LONGEST = 40  # characters that are read of a question; more is a letter, not a search
FLOOR = 40  # below this it is no match but a coincidence
SURE, GUESSED = 80, 70  # from where a match is certain; up to where it is a guess
KEPT = 12
CHANGES = "changes"
WHOLE_WAY = 0.5  # of two that fit as well, the plan is of more use than one step of it
HAN = re.compile(r"[\u3400-\u9fff]")
WORDS = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")
# What people say around the thing they mean. Taken off at the ends only: 民办学校 and 个体户 hold such words inside.
BEFORE = re.compile(
    "^(?:请问|你好|您好|我想要|我想|我要|我们|我|想要|想|准备|打算|需要|要|怎么样|怎么|怎样|如何|哪里|可以|能不能|能|"
    "申请|办理|开办|开设|开(?!发)|搞|弄|做|办(?!学|公|班)|一家|一个|一间|个(?!体|人)|家(?=奶|小|饭|面|药|咖|网)|间|了|去|在家)"
)
AFTER = re.compile(
    "(?:怎么办理|怎么办|怎么弄|怎么开|怎么申请|怎么注册|要办什么证|需要办什么证|办什么证|要什么证|需要什么证|要哪些证|"
    "要什么手续|需要什么手续|什么手续|需要什么|要什么|要多久|多少钱|手续|流程|条件|材料|吗|呢|啊|(?<![网酒书水氧])吧|呀|的|了)$"
)
# What happens to a business that exists already: whoever says it does not want to open one.
ALTERS = re.compile(
    "变更|注销|吊销|撤销|歇业|停业|恢复营业|关门|倒闭|补办|补领|遗失|丢|挂失|损坏|烧(?![烤饼])|转让|迁|搬|改(?!装)|换|增资|减资|修改"
)
ALTERING = 25  # more than lies between a sure phrase and a shared pair of characters
SMALL = frozenset(
    re.findall(r"\w+", "i a an the to my we want would like open start run set up need how do for of and in get new")
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way of saying it, in all the shapes in which it may be asked for."""

    text: str
    sounds: tuple[str, ...]
    loose: tuple[str, ...]
    spelled: str
    initials: str
    words: frozenset[str]
    is_chinese: bool


@dataclass(frozen=True, slots=True)
class Entry:
    kind: Literal["plan", "item"]
    code: str
    phrases: tuple[Phrase, ...]
    alters: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    """Everything that can be found; built once and shared."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    kind: Literal["plan", "item"]
    code: str
    score: float
    by: str


def build(items: Iterable[Item], plans: Iterable[Plan]) -> Index:
    """Plans before items, so that they stand first among equals."""
    found = [Entry("plan", p.name, _phrases(p.title.zh, p.title.en, *p.words)) for p in plans]
    found += [Entry("item", i.code, _phrases(i.title.zh, i.title.en, *i.keywords), i.theme == CHANGES) for i in items]
    return Index(tuple(found))


def search(index: Index, text: str) -> list[Hit]:
    """The best first; equal ones in the order of the catalogue. Nothing is a fair answer."""
    asked = _clean(text)
    core = _core(asked)
    if not core:
        return []
    question, whole = _phrase(core), _phrase(asked)
    hits = []
    for entry in index.entries:
        score, by = _entry_score(question, whole, entry)
        if score >= FLOOR:
            hits.append(Hit(entry.kind, entry.code, score, by))
    best = max((hit.score for hit in hits), default=0)
    # Beside a certain match, guesses only confuse.
    near = [hit for hit in hits if hit.score >= (GUESSED if best >= SURE else best - 30)]
    return sorted(near, key=lambda hit: -hit.score)[:KEPT]


def _entry_score(question: Phrase, whole: Phrase, entry: Entry) -> tuple[float, str]:
    ranked = sorted(
        ((max(_score(question, phrase), _score(whole, phrase)), phrase.text) for phrase in entry.phrases),
        key=lambda pair: -pair[0],
    )
    best, by = ranked[0]
    others = sum(score >= FLOOR for score, _ in ranked[1:4])
    if ALTERS.search(whole.text) and not ALTERS.search(by):
        best = max(0.0, best - ALTERING)
    return best + others * 0.1 + (WHOLE_WAY if entry.kind == "plan" and best else 0), by


def _score(question: Phrase, phrase: Phrase) -> float:
    if question.text == phrase.text:
        return 100
    if not phrase.is_chinese:
        return 0 if question.is_chinese and not phrase.words & question.words else _in_english(question, phrase)
    if not question.is_chinese:
        return _in_letters(question, phrase)
    mixed = _in_letters(question, phrase) if re.search("[a-z]", question.text) else 0
    return max(_in_characters(question.text, phrase.text), _by_sound(question, phrase), mixed)


def _in_characters(asked: str, phrase: str) -> float:
    """80–97 a phrase within the question or the other way about, up to 76 one slip, up to 60 shared pairs."""
    if phrase in asked and len(phrase) > 1:
        return 82 + min(len(phrase), 7) + 6 * len(phrase) / len(asked)
    if asked in phrase and len(asked) > 1:
        return 70 + 20 * len(asked) / len(phrase)
    if min(len(asked), len(phrase)) < 2:
        return 0
    if len(phrase) >= 3 and abs(len(asked) - len(phrase)) <= 1 and OSA.distance(asked, phrase) <= 1:
        return 66 + min(len(phrase), 8) + (2 if asked[0] == phrase[0] else 0)
    if len(phrase) >= 4 and len(asked) > len(phrase) and fuzz.partial_ratio(asked, phrase) >= 75:
        return 62
    pairs, theirs = _pairs(asked), _pairs(phrase)
    shared = len(pairs & theirs)
    return 25 + 40 * 2 * shared / (len(pairs) + len(theirs)) if shared else 0


def _by_sound(question: Phrase, phrase: Phrase) -> float:
    """Up to 79: the same syllables in other characters; a little less if the ear must be generous."""
    if len(phrase.sounds) < 2 or len(question.sounds) < 2:
        return 0
    for penalty, heard, said in ((0, question.sounds, phrase.sounds), (3, question.loose, phrase.loose)):
        if _within(said, heard):
            return 70 + min(len(said), 6) + 3 * len(said) / len(heard) - penalty - (6 if len(said) == 2 else 0)
        if len(heard) >= 3 and _within(heard, said):
            return 64 + 8 * len(heard) / len(said) - penalty
    return 0


def _in_letters(question: Phrase, phrase: Phrase) -> float:
    """Pinyin, whole or initials only, possibly mixed with characters; 60–94."""
    letters = question.spelled
    if letters == phrase.spelled:
        return 94
    if len(letters) >= 2 and question.initials == phrase.initials and len(phrase.initials) >= 2:
        return 88 if not question.is_chinese else 84
    if len(phrase.spelled) >= 5 and phrase.spelled in letters:
        return 78 + min(len(phrase.spelled), 14)
    if len(letters) >= 4 and phrase.spelled.startswith(letters):
        return 72 + 14 * len(letters) / len(phrase.spelled)
    near = min(len(letters), len(phrase.spelled)) >= 6 and abs(len(letters) - len(phrase.spelled)) <= 1
    if near and OSA.distance(letters, phrase.spelled, score_cutoff=1) <= 1:
        return 70
    if len(letters) >= 6 and letters in phrase.spelled:
        return 62
    return 0


def _in_english(question: Phrase, phrase: Phrase) -> float:
    """Shared words, forgiving a slip in the longer ones; 0–95."""
    if question.spelled == phrase.spelled:
        return 97
    wanted = phrase.words - SMALL
    given = question.words - SMALL
    if not wanted or not given:
        return 0
    met = sum(max((_word_likeness(word, other) for other in given), default=0.0) for word in wanted)
    return 95 * met / len(wanted) * (0.9 + 0.1 * min(1.0, met / len(given))) if met else 0


def _word_likeness(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if min(len(one), len(other)) >= 5 and OSA.distance(one, other, score_cutoff=1) <= 1:
        return 0.85
    return 0.0


def _phrases(*texts: str) -> tuple[Phrase, ...]:
    cleaned = dict.fromkeys(part for text in texts for part in _parts(text))
    return tuple(_phrase(text) for text in cleaned)


def _parts(text: str) -> Iterator[str]:
    """A title such as 开饭店、餐馆 is two phrases."""
    for part in re.split("[、，（）：/]", text):
        said = _clean(part)
        yield from (way for way in (said, BEFORE.sub("", said, count=1)) if len(way) > 1)


def _phrase(text: str) -> Phrase:
    sounds: list[str] = []
    spelled = initials = ""
    for run in WORDS.findall(text):
        if HAN.match(run):
            heard = lazy_pinyin(run, style=Style.NORMAL, errors="ignore")
            sounds += heard
            spelled += "".join(heard)
            initials += "".join(sound[:1] for sound in heard)
        else:
            spelled += run
            initials += run
    latin = re.findall("[a-z0-9]+", text)
    stems = frozenset(word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] != "s" else word for word in latin)
    return Phrase(text, tuple(sounds), _loose(sounds), spelled, initials, stems, bool(HAN.search(text)))


def _clean(text: str) -> str:
    """Letters of one kind: full width, capitals, signs and pictures fall away."""
    plain = unicodedata.normalize("NFKC", text[: 4 * LONGEST]).lower()
    plain = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    runs = WORDS.findall(plain)
    joined = ""
    for run in runs:
        apart = joined and not HAN.match(run) and not HAN.match(joined[-1])
        joined += f" {run}" if apart else run
    return joined[:LONGEST].strip()


def _core(text: str) -> str:
    """The thing meant, without what is said around it. If nothing is left, what was said."""
    left = text
    while (shorter := AFTER.sub("", BEFORE.sub("", left, count=1), count=1)) != left:
        left = shorter
    return left.strip()


def _loose(sounds: Iterable[str]) -> tuple[str, ...]:
    """What many ears here do not tell apart: zh/z, ch/c, sh/s, n/l, -ng/-n."""
    return tuple(_loosened(sound) for sound in sounds)


@cache
def _loosened(sound: str) -> str:
    flat = sound[:1].replace("n", "l") + sound[1:]
    flat = re.sub("^([zcs])h", r"\1", flat)
    return re.sub("([aei])ng$", r"\1n", flat)


def _within(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    return any(long[at : at + len(short)] == short for at in range(len(long) - len(short) + 1))


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))
