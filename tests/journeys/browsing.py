# SPDX-License-Identifier: Apache-2.0
"""A form filled in as a browser without JavaScript does: pages are read as HTML, what they show is sent back."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

from approval.application import Application
from catalogue import Item
from forms import Answers, Kind, rows_of
from tests.conftest import NOON
from tests.filling import filled
from tests.journeys.inprocess import House
from tests.journeys.walking import a_pdf
from tests.office import CATALOGUE, an_applicant, prove

MOST_STEPS = 60
ROW = re.compile(r"([a-z_]+)-(\d+)-([a-z_]+)")


@dataclass
class Shown:
    """The first form of a page: what it would send as it is, what may be chosen, and its buttons."""

    action: str = ""
    sent: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, set[str]] = field(default_factory=dict)
    buttons: set[str] = field(default_factory=set)


class Reader(HTMLParser):
    """Reads one form; controls of a question that is not asked are disabled and are not sent."""

    def __init__(self) -> None:
        super().__init__()
        self.form, self._inside, self._disabled = Shown(), False, 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attributes}
        if tag == "form" and told.get("method") == "post" and not self.form.action and "/form/" in told["action"]:
            self.form.action, self._inside = told["action"], True
        if not self._inside:
            return
        if tag == "fieldset" and (self._disabled or "disabled" in told):
            self._disabled += 1
        if self._disabled:
            return
        name, kind = told.get("name", ""), told.get("type", "text")
        if tag == "button" and name:
            self.form.buttons.add(name)
        elif tag in ("input", "textarea") and name:
            if kind in ("radio", "checkbox"):
                self.form.choices.setdefault(name, set()).add(told.get("value", "on"))
                if "checked" in told:
                    self.form.sent.setdefault(name, []).append(told.get("value", "on"))
            else:
                self.form.sent[name] = [told.get("value", "")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        if tag == "fieldset" and self._disabled:
            self._disabled -= 1


def read(page: str) -> Shown:
    reader = Reader()
    reader.feed(page)
    return reader.form


def typed(shown: Shown, answers: Answers) -> tuple[dict[str, Any], str]:
    """What is sent with these answers, and the table that needs another row first."""
    sent: dict[str, Any] = dict(shown.sent)
    for name, answer in answers.items():
        if (name in shown.sent or name in shown.choices) and not rows_of(answer):
            sent[name] = answer if isinstance(answer, list) else [answer]
    for name in {*shown.sent, *shown.choices}:
        if (cell := ROW.fullmatch(name)) is None:
            continue
        rows = rows_of(answers.get(cell[1]))
        if int(cell[2]) < len(rows):
            value = rows[int(cell[2])].get(cell[3], "")
            assert name not in shown.choices or value in {"", *shown.choices[name]}
            sent[name] = [value] if value or name in shown.sent else []
    short = [t for t, a in answers.items() if f"add-{t}" in shown.buttons and len(rows_of(a)) > _rows(shown, t)]
    return sent, short[0] if short else ""


def _rows(shown: Shown, table: str) -> int:
    cells = (ROW.fullmatch(name) for name in {*shown.sent, *shown.choices})
    return max((int(cell[2]) + 1 for cell in cells if cell and cell[1] == table), default=0)


def ok(answer: httpx.Response, *wanted: int) -> httpx.Response:
    told = re.findall(r'<p class="wrong"[^>]*>([^<]*)', answer.text)
    assert answer.status_code in wanted, (answer.status_code, answer.headers.get("location"), told)
    return answer


def walked_through(house: House, item: Item, **changed: Any) -> str:
    """From the list of items to the page of all answers, over HTTP; proved, and not yet signed."""
    answers: Answers = {**filled(CATALOGUE.form_of(item), NOON.date(), given=changed), **changed}
    with house.database.writing() as session:
        house.people["applicant"] = an_applicant(session)
    case = ok(house.post("applicant", "/apply", item=item.code), 303).headers["location"].removeprefix("/apply/")
    uploads = [f.name for page in CATALOGUE.form_of(item).pages for f in page.fields if f.kind is Kind.MATERIAL]
    tasks = ok(house.ask("applicant", "GET", f"/apply/{case}"), 200).text
    place = re.findall(rf'href="(/apply/{case}/form/[a-z-]+)"', tasks)[0]
    for _step in range(MOST_STEPS):
        if "/form/" not in place:
            break
        place = _answered(house, place.partition("?")[0], answers, uploads)
    with house.database.writing() as session:
        prove(session, house.office.office, session.get_one(Application, case))
    check = ok(house.ask("applicant", "GET", f"/apply/{case}/check"), 200).text
    assert f"/apply/{case}/sign" in check
    return case


def _answered(house: House, place: str, answers: Answers, uploads: list[str]) -> str:
    """One page, as often as answering it shows more questions; where it leads then."""
    shown = read(ok(house.ask("applicant", "GET", place), 200).text)
    for _turn in range(MOST_STEPS):
        sent, short = typed(shown, answers)
        for name in uploads:
            if f"upload-{name}" in shown.buttons:
                _uploaded(house, place, name)
        answer = ok(
            house.ask("applicant", "POST", place, data=sent | ({f"add-{short}": "1"} if short else {})), 200, 303
        )
        if answer.status_code == 303:
            return str(answer.headers["location"])
        shown = read(answer.text)
    raise AssertionError(f"{place} is never done")


def _uploaded(house: House, place: str, name: str) -> None:
    case = place.split("/")[2]
    if not rows_of(house.read(case).answers.get(name)):
        file = {"file": ("图.pdf", a_pdf(), "application/pdf")}
        ok(house.ask("applicant", "POST", f"/apply/{case}/material/{name}", files=file), 303)
