# SPDX-License-Identifier: Apache-2.0
"""Applicant (申请人): fills in, proves, signs and submits over HTTP, as a browser without scripts would. I/O: HTTP.

Knows nothing of the service but its pages; used by the demonstration, the journeys of the tests and the benchmark.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

import httpx

from demonstration.sitting import Stumbled, said, sit
from reference import idcard

__all__ = ["COMPANY", "HOTEL", "SOLE_TRADER", "Applicant", "Stumbled", "said", "sole_trader"]

FormData = Mapping[str, str | list[str]]


SOLE_TRADER: dict[str, dict[str, str | list[str]]] = {
    "operator": {
        "organisation": "person",
        "operator_name": "",
        "operator_id": "",
        "operator_address": "南京市栖霞区样例路 1 号 101 室",
        "contact_is_holder": "yes",
        "contact_phone": "13800000001",
        "contact_email": "shop@example.cn",
    },
    "business": {"uses_name": "no", "scope": ["F-5213", "O-8122"]},
    "premises": {
        "street": "320113007",
        "address": "文苑路 118 号 3 幢 201 室",
        "premises_proof": "declaration",
        "is_dwelling": "no",
        "agent": "none",
        "paper_licence": "electronic",
    },
}
"""The answers of a small shop, by page of the form; name and number of the operator are filled in."""

COMPANY: dict[str, dict[str, str | list[str]]] = {
    "name": {"company_name": "南京栖云样例科技有限公司", "scope": ["I-6513", "M-7519"], "term": "long"},
    "premises": {
        "street": "320113007",
        "address": "文苑路 118 号 5 幢 501 室",
        "premises_proof": "declaration",
        "is_dwelling": "no",
    },
    "shareholders": {
        "capital": "100",
        "shareholders-0-name": "",
        "shareholders-0-number": "",
        "shareholders-0-amount": "60",
        "shareholders-0-method": "money",
        "shareholders-0-due_on": "2028-11-01",
        "shareholders-1-name": "陈其美",
        "shareholders-1-number": "999999198506120128",
        "shareholders-1-amount": "40",
        "shareholders-1-method": "money",
        "shareholders-1-due_on": "2028-11-01",
    },
    "directors": {
        "directors-0-name": "",
        "directors-0-id_number": "",
        "director_term": "3",
        "employees": "5",
        "manager_name": "",
        "manager_id": "",
        "supervision": "one",
        "supervisors-0-name": "陈其美",
        "supervisors-0-id_number": "999999198506120128",
    },
    "representative": {
        "legal_representative_name": "",
        "legal_representative_id": "",
        "legal_representative_post": "director",
        "beneficial_owners": "exempt",
    },
    "contact": {
        "contact_is_holder": "yes",
        "contact_phone": "13800000004",
        "contact_email": "firm@example.cn",
        "agent": "none",
        "paper_licence": "electronic",
    },
}
"""The answers of a company of two, by page of the form; what is empty is the name or the number of who founds it."""

HOTEL: dict[str, dict[str, str | list[str]]] = {
    "venue": {"venue_kind": "lodging", "floor_area": "1200"},
    "business": {"business_name": "南京栖云样例宾馆有限公司", "business_code": "91320113MA000901XY"},
    "premises": {"street": "320113007", "address": "文苑路 118 号 9 幢"},
    "responsible": {"responsible_name": "", "responsible_id": "", "contact_phone": "13800000003"},
    "hygiene": {"test_report": "NJWS-2026-0001", "test_body": "样例检测有限公司", "rules_in_place": "yes"},
}
"""The answers of a hotel that needs a hygiene permit."""


def sole_trader(room: int) -> dict[str, dict[str, str | list[str]]]:
    """`SOLE_TRADER` in a room of its own: many at one address are for a clerk (同址线索)."""
    return {**SOLE_TRADER, "premises": {**SOLE_TRADER["premises"], "address": f"文苑路 118 号 3 幢 {room} 室"}}


@dataclass
class Applicant:
    """One person with a phone and a browser. `client` has the address of the service as its base.

    `part`: of whoever was invited into the case of somebody else, whose pages stand there.
    """

    client: httpx.Client
    phone: str
    name: str
    number: str
    application: str = ""
    part: str = ""
    seconds: dict[str, float] = field(default_factory=dict)

    def page(self, path: str) -> str:
        answer = self.client.get(path, follow_redirects=True)
        if answer.status_code != 200:
            raise Stumbled(f"GET {path}: {answer.status_code} {said(answer.text)}")
        return answer.text

    def token(self, path: str) -> str:
        found = re.search(r'name="csrf_token"\s+value="([0-9a-f]+)"', self.page(path))
        if found is None:
            raise Stumbled(f"{path}: a form without a token")
        return found[1]

    def send(self, path: str, data: FormData, *, shown_on: str, follow: bool = True, **files: object) -> httpx.Response:
        """Send the form that stands on the page `shown_on`."""
        form = {**data, "csrf_token": self.token(shown_on)}
        return self.client.post(path, data=form, follow_redirects=follow, **files)  # type: ignore[arg-type]

    def expect(self, answer: httpx.Response, *statuses: int) -> httpx.Response:
        if answer.status_code not in (statuses or (200,)):
            raise Stumbled(f"{answer.request.method} {answer.url.path}: {answer.status_code} {said(answer.text)}")
        return answer

    def code(self) -> str:
        """The newest code on the demonstration's page of sent messages."""
        found = re.search(r"验证码 (\d{6})", self.page("/demonstration/messages"))
        if found is None:
            raise Stumbled("no code was sent")
        return found[1]

    def sign_in(self) -> None:
        self.expect(self.send("/signin", {"phone": self.phone, "next": "/"}, shown_on="/signin"))
        self.expect(self.send("/signin/code", {"code": self.code(), "next": "/"}, shown_on="/signin/code"))

    def start(self, item: str) -> None:
        answer = self.expect(self.send("/apply", {"item": item}, shown_on=f"/items/{item}"))
        self.application = answer.url.path.split("/")[2]

    def path(self, name: str = "") -> str:
        base = f"/parts/{self.part}" if self.part else f"/apply/{self.application}"
        return base + (f"/{name}" if name else "")

    def answer(self, pages: Mapping[str, FormData]) -> None:
        """Answer page by page; questions that an answer reveals are already answered here."""
        for name, answers in pages.items():
            filled = {key: self._own(key) if value == "" else value for key, value in answers.items()}
            shown = {f"asked-{key.split('-')[0]}": "1" for key in filled}
            where = self.path(f"form/{name}")
            self.expect(self.send(where, {**filled, **shown}, shown_on=where))

    def _own(self, key: str) -> str:
        """What a field for oneself is answered with: the number where it asks for one, else the name."""
        return self.number if key.endswith(("_id", "number")) else self.name

    def invite(self, place: str, phone: str) -> None:
        """Whoever stands in this place of the form gets a link of their own."""
        people = self.path("people")
        self.expect(self.send(people, {"place": place, "phone": phone}, shown_on=people))

    def accept_invitation(self) -> None:
        """Open the newest of what waits for this person."""
        found = re.search(r'href="/parts/(\w+)"', self.page("/"))
        if found is None:
            raise Stumbled("nothing waits for this person")
        self.part = found[1]

    def photograph_card(self, jpeg: bytes, emblem: bytes | None = None) -> None:
        """Both sides, the emblem side drawn if none is given; what was read is confirmed where it is asked."""
        other = emblem or idcard.draw_emblem(idcard.Holder(self.name, self.number, ""))
        pictures = {"photo": ("card.jpg", jpeg, "image/jpeg"), "emblem": ("back.jpg", other, "image/jpeg")}
        where = self.path("idcard")
        shown = self.expect(self.send(where, {}, shown_on=where, files=pictures))
        if not shown.url.path.endswith("card"):  # nothing was left to ask
            return
        read = dict(re.findall(r'<input type="text" id="(\w+)" name="\w+" value="([^"]*)"', shown.text))
        if "number" not in read:
            raise Stumbled(f"the card was not read: {said(shown.text)}")
        typed = {name: unescape(value) for name, value in read.items()}
        self.expect(self.send(self.path("card"), typed, shown_on=self.path("card")))

    def choose(self, way: str) -> None:
        """Agree to face comparison, by the button beside the words about it, or decline."""
        if way == "decline":
            self.expect(self.send(self.path("consent"), {"choice": way}, shown_on=self.path("consent")))
            return
        words = re.search(r'name="text" value="([0-9a-f]{64})"', self.page(self.path("identity")))
        if words is None:
            raise Stumbled("a face is not among the ways")
        chosen = {"way": "face", "text": words[1]}
        self.expect(self.send(self.path("identity"), chosen, shown_on=self.path("identity")))

    def look_into_camera(self, photograph: bytes) -> dict[str, object]:
        """What the script of the camera page does, before a camera that shows the photograph doing what is asked."""
        return sit(self.client, self.path("live"), self.token(self.path("consent")), photograph)

    def let_partner_vouch(self, code: str = "sample-bank", name: str = "", number: str = "") -> httpx.Response:
        """Go to the partner's page, confirm there under this name and number, and come back."""
        asked = self.expect(self.send(self.path(f"partner/{code}"), {}, shown_on=self.path("identity")))
        found = re.search(r'href="(http[^"]+code_challenge[^"]*)"', asked.text)
        if found is None:
            raise Stumbled(f"no way to the partner: {said(asked.text)}")
        with httpx.Client(timeout=30.0, trust_env=False) as elsewhere:
            login = self.expect(elsewhere.get(unescape(found[1])))
            fields = dict(
                re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', login.text.split("</form>")[0])
            )
            confirmed = {key: unescape(value) for key, value in fields.items()}
            confirmed |= {"name": name or self.name, "number": number or self.number}
            back = elsewhere.post(str(login.url.copy_with(query=None)), data=confirmed)
        return self.client.get(httpx.URL(back.headers["location"]).raw_path.decode(), follow_redirects=True)

    def sign_and_submit(self) -> None:
        self.page(self.path("check"))
        self.expect(self.send(self.path("sign/code"), {}, shown_on=self.path("sign")))
        form = {"agree": "yes", "code": self.code(), "read": self.read_texts()}
        answer = self.expect(self.send(self.path("sign"), form, shown_on=self.path("sign")))
        if not answer.url.path.endswith("/receipt"):
            raise Stumbled(f"no receipt but {answer.url.path}: {said(answer.text)}")

    def read_texts(self, path: str = "") -> str:
        """What the page to be signed says of the texts that are signed with it."""
        found = re.search(r'name="read" value="([0-9a-f]{64})"', self.page(path or self.path("sign")))
        return found[1] if found else ""

    def state(self) -> str:
        answer = self.client.get(f"/api/v1/applications/{self.application}")
        state: str = self.expect(answer).json()["state"]
        return state

    def wait(self, *states: str, seconds: float = 30.0) -> str:
        """Until the application is in one of these states. Raises Stumbled."""
        end = time.monotonic() + seconds
        while (state := self.state()) not in states:
            if time.monotonic() > end:
                raise Stumbled(f"still {state} after {seconds} seconds")
            time.sleep(0.05)
        return state

    def licence(self, copy: str) -> bytes:
        answer = self.client.get(f"/cases/{self.application}/licence/{copy}.pdf")
        return self.expect(answer).content
