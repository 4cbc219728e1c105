# SPDX-License-Identifier: Apache-2.0
"""A backup made while others write comes back elsewhere with everything that must hold; a bad one is refused."""

import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

import licences
from approval import invariants
from approval.application import Application, State
from approval.calendar import seed_calendar
from approval.invariants import Premises
from approval.running import Runner
from console import backups
from console.backups import BackupRefused, Head, Place
from identity import Evidence, view_picture
from kit import keyring, sealing, strongbox
from kit.copying import NotEmpty
from kit.database import Database
from kit.keyring import DatabaseKeyring
from kit.settings import Settings
from kit.strongbox import BoxClosed
from licences import FileSigner, Issuer, Store
from notices import Maker, Remedies
from tests.conftest import NOON, new_postgres_database
from tests.office import JPEG, TestOffice, a_submitted_case, in_review

KEY = secrets.token_bytes(32)
HEAD = Head("0014", 0, "")
KNOWN = ["0013", "0014"]


@dataclass
class Site:
    office: TestOffice
    place: Place
    elsewhere: Place
    folder: Path

    def licensed(self, number: int) -> None:
        case = a_submitted_case(self.office, f"138{number:08d}")
        Runner(self.office.office).carry_on(case)

    def backed_up(self, seconds: int = 0) -> tuple[Path, Path]:
        now = NOON + timedelta(seconds=seconds)
        return backups.back_up(self.place, KEY, self.folder / "data", self.folder / "apart", HEAD, now)


@pytest.fixture
def site(database: Database, ring: DatabaseKeyring, tmp_path: Path, request: pytest.FixtureRequest) -> Site:
    signing = tmp_path / "signing"
    licences.make_demonstration_authority(signing, "南京市栖霞区行政审批局", NOON)
    office, store, signer = TestOffice(database), Store(tmp_path / "documents"), FileSigner(signing)
    maker = Maker(store, signer, office.office.registrar, Remedies("样例人民政府", "https://example.cn", "样例法院"))
    issuer = Issuer(store, signer, "http://127.0.0.1:8000")
    office.office = replace(office.office, issuer=issuer, maker=maker)
    with database.writing() as session:
        seed_calendar(session)
        kind = licences.Template.SOLE_TRADER
        licences.fill_pool(session, kind, licences.fictitious_codes(kind, 1000, 50))
    other = tmp_path / "elsewhere"
    urls = [f"sqlite:///{other / 'approval.db'}", f"sqlite:///{other / 'keys.db'}"]
    if not database.is_sqlite:
        server = request.getfixturevalue("postgres_server")
        urls = [new_postgres_database(server, name) for name in ("restored", "restored_keys")]
    place = Place(database.url, ring._database.url, tmp_path / "documents", signing)
    return Site(office, place, Place(urls[0], urls[1], other / "documents", other / "signing"), tmp_path)


@pytest.fixture
def restored(site: Site) -> Iterator[Database]:
    made = Database(site.elsewhere.database)
    yield made
    made.close()


def test_a_backup_made_during_writes_is_whole_elsewhere(site: Site, restored: Database) -> None:
    for number in range(2):
        site.licensed(number)
    stop = threading.Event()
    busy = threading.Event()

    def go_on() -> None:
        number = 2
        while not stop.is_set():
            site.licensed(number)
            number += 1
            busy.set()

    writer = threading.Thread(target=go_on)
    writer.start()
    busy.wait(30)
    try:
        data, keys = site.backed_up()
    finally:
        stop.set()
        writer.join()
    manifest = backups.restore(site.elsewhere, KEY, data, keys, KNOWN)
    assert manifest.made_at == NOON
    office = replace(site.office.office, database=restored)
    trust = FileSigner(site.elsewhere.signing).trust
    premises = Premises(office, Store(site.elsewhere.documents), trust, NOON)
    assert {one.invariant.name: one.broken for one in invariants.check(premises) if one.broken} == {}
    with restored.reading() as session:
        registered = select(func.count()).where(Application.state == State.REGISTERED)
        assert (session.scalar(registered) or 0) >= 3


def test_pictures_open_elsewhere_with_the_keys_that_were_kept_apart(site: Site, restored: Database) -> None:
    case = in_review(site.office)
    data, keys = site.backed_up()
    backups.restore(site.elsewhere, KEY, data, keys, KNOWN)
    ring = DatabaseKeyring(site.elsewhere.keys_database, lambda: NOON)
    before = keyring.install(ring)
    try:
        with restored.reading() as session:
            evidence = session.scalars(select(Evidence).where(Evidence.application_id == case)).first()
            assert evidence is not None
            assert view_picture(session, evidence.portrait_picture) == JPEG
            ring.throw_away(ring.made_before(NOON + timedelta(days=1)))
            assert view_picture(session, evidence.portrait_picture) is None
    finally:
        assert before is not None
        keyring.install(before)
        ring.close()


def test_a_second_backup_copies_only_what_is_new(site: Site) -> None:
    site.licensed(0)
    site.backed_up()
    pool = site.folder / "data" / "files"
    first = {path: path.stat().st_mtime_ns for path in pool.rglob("*.box")}
    site.licensed(1)
    site.backed_up(1)
    second = {path: path.stat().st_mtime_ns for path in pool.rglob("*.box")}
    assert first
    assert len(second) > len(first)
    assert {path: second[path] for path in first} == first


def _cut(data: Path, _keys: Path) -> None:
    box = next(data.glob("database*"))
    box.write_bytes(box.read_bytes()[:-100])


def _flip(data: Path, _keys: Path) -> None:
    box = next(data.glob("database*"))
    changed = bytearray(box.read_bytes())
    changed[len(changed) // 2] ^= 1
    box.write_bytes(changed)


def _unfinished(data: Path, _keys: Path) -> None:
    (data / "manifest.json").unlink()


def _edited(data: Path, _keys: Path) -> None:
    manifest = data / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"log_entries": 0', '"log_entries": 1'))


def _file_gone(data: Path, _keys: Path) -> None:
    next((data.parent / "files").rglob("*.box")).unlink()


def _keys_gone(_data: Path, keys: Path) -> None:
    next(keys.glob("keyring*")).unlink()


BAD = {
    "missing, cut or changed": _cut,
    "is missing, cut or chang": _flip,
    "was not finished": _unfinished,
    "or its manifest.json was changed": _edited,
    "files are not in the backup": _file_gone,
    "keyring": _keys_gone,
}


@pytest.mark.parametrize("said", BAD)
def test_a_bad_backup_is_refused_in_one_sentence_before_anything_is_written(site: Site, said: str) -> None:
    site.licensed(0)
    data, keys = site.backed_up()
    BAD[said](data, keys)
    with pytest.raises(BackupRefused) as refused:
        backups.restore(site.elsewhere, KEY, data, keys, KNOWN)
    assert said in refused.value.facts["why"]
    assert not site.elsewhere.documents.exists()
    assert not site.elsewhere.signing.exists()


def test_a_lost_key_another_master_another_backup_and_a_newer_release_are_told_apart(site: Site) -> None:
    site.licensed(0)
    data, keys = site.backed_up()
    with pytest.raises(BackupRefused, match="another BACKUP_KEY"):
        backups.restore(site.elsewhere, secrets.token_bytes(32), data, keys, KNOWN)
    with pytest.raises(BackupRefused, match="newer release"):
        backups.restore(site.elsewhere, KEY, data, keys, ["0013"])
    with pytest.raises(BackupRefused, match="holds keys, not data"):
        backups.restore(site.elsewhere, KEY, keys, data, KNOWN)
    _data, other_keys = site.backed_up(1)
    with pytest.raises(BackupRefused, match="not of the same backup"):
        backups.restore(site.elsewhere, KEY, data, other_keys, KNOWN)
    sealing.install(secrets.token_bytes(32))
    try:
        with pytest.raises(BackupRefused, match="MASTER_KEY is not the one"):
            backups.restore(site.elsewhere, KEY, data, keys, KNOWN)
    finally:
        sealing.install(bytes(range(32)))


def test_nothing_is_written_over(site: Site) -> None:
    site.licensed(0)
    data, keys = site.backed_up()
    with pytest.raises(NotEmpty):
        backups.restore(replace(site.elsewhere, documents=site.place.documents), KEY, data, keys, KNOWN)
    with pytest.raises(NotEmpty):
        backups.restore(replace(site.elsewhere, keys_database=site.place.keys_database), KEY, data, keys, KNOWN)
    with pytest.raises(NotEmpty):
        backups.restore(replace(site.elsewhere, database=site.place.database), KEY, data, keys, KNOWN)
    assert list(site.elsewhere.documents.parent.glob("*")) == []


def test_keys_do_not_lie_with_what_they_open(site: Site) -> None:
    with pytest.raises(BackupRefused, match="apart"):
        backups.back_up(site.place, KEY, site.folder / "b", site.folder / "b" / "keys", HEAD, NOON)


def test_no_word_of_a_case_is_readable_in_a_backup(site: Site) -> None:
    site.licensed(0)
    site.backed_up()
    boxes = [path.read_bytes() for path in (site.folder / "data").rglob("*") if path.is_file()]
    assert len(boxes) > 3
    assert not any("林清和".encode() in box or b"SQLite format" in box or b"%PDF" in box for box in boxes)


def test_a_backup_key_is_long_and_its_own() -> None:
    with pytest.raises(BackupRefused, match="64 hexadecimal"):
        backups.key_of(Settings(_env_file=None, backup_key="short"))
    with pytest.raises(BackupRefused, match="must not be MASTER_KEY"):
        backups.key_of(Settings(_env_file=None, backup_key="ab" * 32, master_key="ab" * 32))


@pytest.mark.parametrize("size", [0, 1, 2**20 - 1, 2**20, 2**20 + 1, 3 * 2**20])
def test_a_box_opens_to_what_was_in_it_and_not_when_portions_are_missing(tmp_path: Path, size: int) -> None:
    plain, box, back = tmp_path / "plain", tmp_path / "box", tmp_path / "back"
    plain.write_bytes(secrets.token_bytes(size))
    strongbox.lock(KEY, plain, box)
    strongbox.unlock(KEY, box, back)
    assert back.read_bytes() == plain.read_bytes()
    whole = box.read_bytes()
    for cut in {len(whole) - 1, len(whole) - 16, 31 + 2**20 + 16, 31, 20} - {len(whole)}:
        if cut < len(whole):
            box.write_bytes(whole[:cut])
            with pytest.raises(BoxClosed):
                strongbox.unlock(KEY, box, back)
            assert not back.exists()
    if size > 2 * 2**20:
        portion = 2**20 + 16
        swapped = (
            whole[:31] + whole[31 + portion : 31 + 2 * portion] + whole[31 : 31 + portion] + whole[31 + 2 * portion :]
        )
        box.write_bytes(swapped)
        with pytest.raises(BoxClosed):
            strongbox.unlock(KEY, box, back)
