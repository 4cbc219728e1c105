# SPDX-License-Identifier: Apache-2.0
"""Run (演示流程): start what is needed, walk the chain, say what was verified. I/O: processes, HTTP, files."""

import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import httpx
import typer

from approval.people import post
from audit import verify_export
from demonstration.applicant import Applicant, Stumbled, sole_trader
from demonstration.entering import enter
from identity import Role, demonstration_password, demonstration_secret, enrol_staff, keep_secret, seed_offices
from kit import clock
from kit.database import Database
from kit.numbers import id_check
from kit.settings import Settings
from reference import bureau, idcard, partner, photographs
from web.pages.demonstration import PHONE, STAFF

STEPS = 10
BUREAU_TOKEN = "demonstration"  # noqa: S105 (of the reference bureau, which knows fictitious people only)


def settings_for(folder: Path, port: int, bureau_port: int, partner_port: int | None = None) -> Settings:
    """A demonstration in `folder`: its own key, made once; its own accounts; the machine may approve.

    `partner_port`: where the reference partner listens, whose public key is pinned here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / "master.key"
    if not key.exists():
        key.touch(mode=0o600)
        key.write_text(secrets.token_hex(32))
    partners = folder / "partners.toml" if partner_port else None
    if partners is not None:
        signs = partner.key_in(folder / "partner.key")
        partners.write_text(partner.declaration(f"http://127.0.0.1:{partner_port}", signs), "utf-8")
    return Settings(
        data_dir=folder,
        partners=partners,
        master_key=os.environ.get("MASTER_KEY") or key.read_text().strip(),
        public_url=f"http://127.0.0.1:{port}",
        bureau_url=f"http://127.0.0.1:{bureau_port}",
        bureau_token=BUREAU_TOKEN,
        demonstration=True,
        straight_through=True,
        people_per_address=1000,  # whoever tries it out plays everybody
    )


@contextmanager
def reference_bureau(folder: Path, port: int, delay_s: float = 0.0) -> Iterator[None]:
    """The reference credit bureau in its own process, over its own database."""
    command = [
        sys.executable,
        "-m",
        "reference.bureau",
        "--port",
        str(port),
        "--database",
        str(folder / "bureau.db"),
        "--delay",
        str(delay_s),
    ]
    environment = {**os.environ, "BUREAU_TOKEN": BUREAU_TOKEN}
    process = subprocess.Popen(command, env=environment)  # noqa: S603
    try:
        wait_for(f"http://127.0.0.1:{port}/health", process)
        yield
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def reference_partner(folder: Path, port: int, site: str) -> Iterator[None]:
    """The reference partner in its own process, with its own key; it sends browsers back to `site` only."""
    command = [sys.executable, "-m", "reference.partner", "--port", str(port), "--key", str(folder / "partner.key")]
    process = subprocess.Popen([*command, "--redirect", f"{site}/partner/return"])  # noqa: S603
    try:
        wait_for(f"http://127.0.0.1:{port}/health", process)
        yield
    finally:
        process.terminate()
        process.wait(10)


def wait_for(url: str, process: subprocess.Popen[bytes] | None = None, seconds: float = 30.0) -> None:
    """Until something answers there. Raises Stumbled."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process is not None and process.poll() is not None:
            break
        try:
            httpx.get(url, timeout=2.0)
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise Stumbled(f"nothing answers at {url}")


def enrol_demonstration_staff(database: Database) -> None:
    with database.writing() as session:
        seed_offices(session)
        for username, (role, name, _what, _href) in STAFF.items():
            now = clock.now()
            account = enrol_staff(session, username, name, role, demonstration_password(username), now)
            keep_secret(session, account, demonstration_secret(username), now)
            if role == Role.EXPERT:
                post(session, account.id, [], [], department=username)


def somebody_new() -> tuple[str, str]:
    """A fictitious person whom the bureau has not heard of: one who files again and again is for a clerk (线索)."""
    born = date(1960, 1, 1) + timedelta(days=secrets.randbelow(15_000))
    order = 2 * secrets.randbelow(500) + 1  # odd: a man, as the sample card says (GB 11643)
    first17 = f"999999{born:%Y%m%d}{order:03d}"
    return bureau.CLEAN.name, first17 + id_check(first17)


def pictures(folder: Path, name: str, number: str) -> tuple[bytes, bytes]:
    """A drawn sample card with a real, public-domain portrait, and another photograph of the same person."""
    real = photographs.fetch()
    holder = idcard.Holder(name=name, number=number, address="南京市栖霞区样例路 1 号 101 室")
    card = idcard.draw(real.accept_portrait.read_bytes(), holder)
    (folder / "demonstration").mkdir(exist_ok=True)
    (folder / "demonstration" / "card.jpg").write_bytes(card)
    return card, real.accept_live.read_bytes()


class Progress:
    """One line for each link of the chain, with its time."""

    def __init__(self, say: Callable[[str], None] = typer.echo) -> None:
        self._say, self._done = say, 0

    def __call__(self, what: str, do: Callable[[], object]) -> object:
        began = time.perf_counter()
        result = do()
        self._done += 1
        told = f" — {result}" if isinstance(result, str) else ""
        self._say(f"  [{self._done}/{STEPS}] {what}{told}  ({time.perf_counter() - began:.2f} s)")
        return result


def walk(address: str, folder: Path) -> None:
    """One application from the phone to the verified licence. Raises Stumbled at the first link that does not hold."""
    name, number = somebody_new()
    progress = Progress()
    with httpx.Client(base_url=address, timeout=30.0) as client:
        person = Applicant(client, PHONE, name, number)
        card, live = pictures(folder, name, number)
        progress("手机验证码登录 signed in with a phone code", person.sign_in)
        progress("选择事项 started 个体工商户设立登记", lambda: person.start("sole-trader"))
        progress("逐题填写 answered the form", lambda: person.answer(sole_trader(1000 + secrets.randbelow(9000))))
        progress("拍摄身份证 photographed the card", lambda: person.photograph_card(card))
        progress("人脸比对 compared the face", lambda: _face(person, live))
        progress("合作方证明 vouched for by the reference partner", person.let_partner_vouch)
        progress("签名提交 signed and submitted", person.sign_and_submit)
        progress("自动审批 checked, approved, issued", lambda: person.wait("registered", "in_review", "set_aside"))
        if person.state() != "registered":
            raise Stumbled(f"the case is {person.state()}, not registered")
        progress("下载并核验执照 downloaded and verified the licence", lambda: _verify_licence(person, folder))
    progress("导出并核验日志 exported and verified the decision log", lambda: _verify_log(address, folder))
    typer.echo(f"\n  执照 licence: {folder / 'licence-original.pdf'}, {folder / 'licence-duplicate.pdf'}")
    typer.echo(
        "  已核验 verified: both files are originals, a changed byte is refused; the log is whole, an edit is found"
    )


def _face(person: Applicant, live: bytes) -> str:
    person.choose("agree")
    told = person.look_into_camera(live)
    if told["state"] != "accepted":
        raise Stumbled(f"the face was not accepted: {told}")
    return str(told["state"])


def _verify_licence(person: Applicant, folder: Path) -> str:
    """Both copies are originals; one with a changed byte is not."""
    for copy in ("original", "duplicate"):
        pdf = person.licence(copy)
        (folder / f"licence-{copy}.pdf").write_bytes(pdf)
        for data, expected in ((pdf, "genuine"), (pdf[:-40] + b"X" + pdf[-39:], "no")):
            file = {"file": ("licence.pdf", data, "application/pdf")}
            checked = person.client.post(
                "/api/v1/licences/check", files=file, headers={"x-csrf-token": person.token("/verify")}
            ).json()
            if (checked["verdict"] == "genuine") != (expected == "genuine"):
                raise Stumbled(f"{copy}: {expected} was expected, not {checked}")
    return str(folder / "licence-original.pdf")


def _verify_log(address: str, folder: Path) -> str:
    with httpx.Client(base_url=address, timeout=30.0) as client:
        auditor = Applicant(client, "", "", "")
        enter(auditor, "auditor", "/audit")
        asked = {"form": "jsonl", "purpose": "inspection"}
        exported = auditor.expect(auditor.send("/audit/export", asked, shown_on="/audit")).content
    kept = folder / "decision-log.zip"
    kept.write_bytes(exported)
    whole = verify_export(kept)
    with tempfile.TemporaryDirectory() as unpacked:
        with zipfile.ZipFile(kept) as files:
            files.extractall(unpacked)
        lines = Path(unpacked) / "entries.jsonl"
        lines.write_bytes(re.sub(rb'"outcome":"approve"', b'"outcome":"refuse"', lines.read_bytes(), count=1))
        edited = verify_export(unpacked)
    if not whole.ok or edited.ok:
        raise Stumbled("the log's verifier did not tell a whole log from a changed one")
    return f"{whole.entries} entries"


def free_port() -> int:
    """One that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def tell_accounts(address: str) -> None:
    typer.echo(f"\n  演示服务 The demonstration is at {address}  (Ctrl-C ends it)")
    typer.echo(f"  申请人 applicant   phone {PHONE}, codes on {address}/demonstration/messages")
    for username, (role, _name, what, _href) in STAFF.items():
        typer.echo(f"  {role:<14} {username:<11} password {demonstration_password(username)}  {what.en}")
