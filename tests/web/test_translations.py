# SPDX-License-Identifier: Apache-2.0
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

WEB = Path("web")
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")


@cache
def asked() -> frozenset[str]:
    """Every sentence that a template shows."""
    options = {"**.html": {"trimmed": "true", "newstyle_gettext": "true"}}
    found = extract_from_dir(str(WEB / "templates"), method_map=[("**.html", "jinja2")], options_map=options)
    return frozenset(str(message) for _file, _line, message, _comments, _context in found)


@cache
def english() -> dict[str, str]:
    with (WEB / "locale/en/LC_MESSAGES/messages.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale="en") if message.id}


def test_every_sentence_has_an_english_one() -> None:
    assert sorted(message for message in asked() if not english().get(message)) == []


def test_no_translation_is_left_over() -> None:
    assert sorted(set(english()) - asked()) == []


def test_translations_keep_their_blanks() -> None:
    wrong = [m for m, e in english().items() if sorted(PLACEHOLDER.findall(m)) != sorted(PLACEHOLDER.findall(e))]
    assert wrong == []


@pytest.mark.parametrize("name", ["errors.toml", "terms.toml"])
def test_declared_wordings_have_both_languages_and_the_same_blanks(name: str) -> None:
    def texts(node: object) -> list[dict[str, str]]:
        if not isinstance(node, dict):
            return []
        if node.keys() & {"zh", "en"}:
            return [node]
        return [text for inner in node.values() for text in texts(inner)]

    found = texts(tomllib.loads((WEB / name).read_text("utf-8")))
    assert len(found) > 20
    for text in found:
        assert text.get("zh", "").strip(), text
        assert text.get("en", "").strip(), text
        assert sorted(PLACEHOLDER.findall(text["zh"])) == sorted(PLACEHOLDER.findall(text["en"]))


def test_every_reason_of_a_verdict_has_its_words() -> None:
    from web.wording import REASONS

    told = set(re.findall(r'Verdict\(Band\.\w+, \("(\w+)",\)', Path("identity/checks.py").read_text("utf-8")))
    assert told
    assert told <= set(REASONS)
