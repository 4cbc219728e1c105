# SPDX-License-Identifier: Apache-2.0
"""Starting (启动检查): an unsafe installation is told why, one sentence for each reason, and does not start.

I/O: database, environment.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

import typer
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError

from addresses import load_divisions
from approval.calendar import CalendarYear
from approval.leads import load_leads
from approval.roles import load_needs
from audit import LogKeyForeign
from credit import RuleUnfounded, must_be_listed, rulebook
from identity import load_callers, load_consents, load_directories, load_routes
from identity.partners import load_partners
from kit import keyring, sealing
from kit.database import Database
from kit.declared import Refused
from kit.keyring import DatabaseKeyring
from kit.masterkey import master_key, old_master_key
from kit.sealing import SealBroken
from kit.settings import Settings
from kit.soundness import fault_of_calendar, faults_of_database, faults_of_settings

NO_RIGHT = "42501"  # insufficient_privilege of PostgreSQL
FOREIGN = "MASTER_KEY is not the one that the keys in KEYS_URL are wrapped under: set that one, or OLD_MASTER_KEY too."


def refuse_settings(settings: Settings) -> None:
    """Before anything is opened; then the master key is in use. Raises typer.Exit."""
    _refuse(faults_of_settings(settings, os.environ))
    old = old_master_key(settings)
    sealing.install(master_key(settings), *([old] if old else []))


def use_ring(ring: DatabaseKeyring, settings: Settings) -> None:
    """Keys come from this ring, hashes are keyed as they always were. Raises typer.Exit for a foreign master key."""
    try:
        root, opens = ring.root(), ring.opens()
    except SealBroken:
        root, opens = None, False
    _refuse([] if opens else [FOREIGN])
    keyring.install(ring)
    sealing.find_under(root or old_master_key(settings) or master_key(settings))


def refuse_database(database: Database) -> None:
    """Raises typer.Exit."""
    _refuse(faults_of_database(database))


def refuse_year(database: Database, now: datetime) -> None:
    """Once the tables are there: this year's holidays must be. Raises typer.Exit."""
    with database.reading() as session:
        published = set(session.scalars(select(CalendarYear.year).where(CalendarYear.is_published)))
    fault = fault_of_calendar(lambda: published, now)
    _refuse([fault] if fault else [])


@contextmanager
def refuse_log() -> Iterator[None]:
    """Around whatever opens the decision log. Raises typer.Exit."""
    try:
        yield
    except LogKeyForeign:
        _refuse(["LOG_KEY_FILE, LOG_ORIGIN or WITNESS_KEY is not that of this decision log: restore it."])


@contextmanager
def refuse_tables() -> Iterator[None]:
    """Around what brings tables up to date: a role that may not do so only starts on those of its release."""
    try:
        yield
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", "") != NO_RIGHT:
            raise
        _refuse(["The tables are not those of this release: their owner runs `main.py migrate` and grants.sql first."])


def read_declarations(settings: Settings, day: date) -> None:
    """A wrong file stops the service here, not a case later. Raises typer.Exit for a rule of credit that may not be
    applied on the day, kit.declared.Refused for another file."""
    load_divisions()
    load_leads()
    load_consents()
    load_routes()
    load_needs()
    load_partners(settings.partners)
    load_directories(settings.oidc_providers)
    load_callers(settings.callers)
    try:
        must_be_listed(rulebook(), day)
    except (RuleUnfounded, Refused) as error:
        _refuse([str(error)])


def _refuse(faults: Iterable[str]) -> None:
    told = list(faults)
    for fault in told:
        typer.echo(fault, err=True)
    if told:
        raise typer.Exit(2)
