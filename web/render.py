# SPDX-License-Identifier: Apache-2.0
"""Render (渲染): templates to pages in either language. Hides the catalogue and the filters. I/O: files of the package.

The Chinese sentences are the message ids; English comes from `locale/en`, compiled in memory at start.
"""

import gettext
import io
from collections.abc import Callable
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from kit.clock import BEIJING, beijing
from kit.text import Language, Text

HERE = Path(__file__).parent
LOCALES = {"zh": Locale.parse("zh_CN"), "en": Locale.parse("en_GB")}
_language: ContextVar[Language] = ContextVar("language", default="zh")


@cache
def english(path: Path = HERE / "locale" / "en" / "LC_MESSAGES" / "messages.po") -> gettext.NullTranslations:
    """The sentences of a catalogue; without the file every sentence stays Chinese, and no page fails."""
    if not path.is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale="en"))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _translated(message: str) -> str:
    return message if _language.get() == "zh" else english().gettext(message)


def _translated_count(one: str, many: str, count: int) -> str:
    return one if _language.get() == "zh" else english().ngettext(one, many, count)


def said(text: Text | str) -> str:
    """A declared sentence in the language of the page; a plain string as it is."""
    return text.said(_language.get()) if isinstance(text, Text) else text


def when(moment: datetime | None) -> Markup | str:
    """北京时间, with the exact moment for programmes."""
    if moment is None:
        return ""
    language = _language.get()
    pattern = "y年M月d日 HH:mm" if language == "zh" else "d MMMM y, HH:mm"
    words = format_datetime(moment, pattern, tzinfo=BEIJING, locale=LOCALES[language])
    return Markup('<time datetime="{}">{}</time>').format(beijing(moment).isoformat(timespec="seconds"), words)


def on(day: date | None) -> Markup | str:
    if day is None:
        return ""
    language = _language.get()
    words = format_date(day, "y年M月d日" if language == "zh" else "d MMMM y", locale=LOCALES[language])
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), words)


def distance(number: float) -> str:
    return f"{number:.3f}"


def lines(text: str) -> Markup:
    """Plain text with its line breaks kept."""
    return Markup("<br>").join(escape(line) for line in text.splitlines())


FILTERS: dict[str, Callable[..., Any]] = {"said": said, "when": when, "on": on, "distance": distance, "lines": lines}


@cache
def environment() -> Environment:
    """Strict: an unknown variable is a mistake, not an empty word."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(_translated, _translated_count, newstyle=True)  # type: ignore[attr-defined]
    made.filters |= FILTERS
    return made


def render(template: str, language: Language, **context: Any) -> str:
    token = _language.set(language)
    try:
        return environment().get_template(template).render(language=language, **context)
    finally:
        _language.reset(token)
