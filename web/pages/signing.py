# SPDX-License-Identifier: Apache-2.0
"""Signing (短信签名): what stands between a person and their signature, wherever they sign. I/O: database.

The code that only this person's phone received is the signature; it counts for what was shown and nothing else.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from identity import Check, check_code, waiting_code
from kit.text import Language, Text
from web.fields import ShownProblem
from web.pages.signin import WRONG

AGREE = Text(zh="请读完后勾选同意", en="Read this and tick to agree")
CHANGED = Text(zh="文书内容有更新，请重新阅读后再签名", en="The documents have changed: read them again, then sign")


def problems_of(
    session: Session,
    browser: str,
    purpose: str,
    *,
    agree: str,
    read: str,
    shown: str,
    code: str,
    now: datetime,
    language: Language,
) -> list[ShownProblem]:
    """[] for a signature: ticked, over what is `shown` now (SHA-256), with the code. Uses up one try of the code."""
    if agree != "yes":
        return [ShownProblem("agree", AGREE.said(language))]
    if read != shown:
        return [ShownProblem("agree", CHANGED.said(language))]
    outcome = check_code(session, waiting_code(session, browser, purpose), code, now)
    return [] if outcome is Check.RIGHT else [ShownProblem("code", WRONG[outcome][language == "en"])]
