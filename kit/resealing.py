# SPDX-License-Identifier: Apache-2.0
"""Resealing (换钥重封): what lies under an older master key is sealed under the one of now. I/O: database.

A sealed value names its key, so the work can end anywhere and goes on where it ended, beside a running service that
has both keys. A value that somebody changed meanwhile is left to them: they sealed it under the new key.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    MetaData,
    Table,
    and_,
    func,
    select,
    tuple_,
    type_coerce,
    update,
)

from kit.database import Database
from kit.sealing import PREFIX, SealBroken, Sealed, current, seal, unseal

PORTION = 200
SEALED_FOR = "sealed_for"  # in `info` of a binary column: the purpose for which `seal` made its values
NOT_FROM = "own_key_mark"  # in `info`: values that begin with these bytes lie under a key of their own
UNLESS = "own_key"  # in `info`: where this column is not null, the value lies under a key of its own

Row = tuple[tuple[object, ...], bytes]  # primary key and sealed value


@dataclass(frozen=True, slots=True)
class Done:
    """What became of the values of one column. `unreadable`: neither key opens it."""

    column: str
    resealed: int
    unreadable: int


def sealed_columns(metadata: MetaData) -> Iterator[tuple[Table, Column[object], str]]:
    """Every column that rests under the master key, with its purpose."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Sealed):
                yield table, column, column.type.purpose
            elif SEALED_FOR in column.info:
                yield table, column, column.info[SEALED_FOR]


def reseal(database: Database, metadata: MetaData, said: Callable[[Done], None], portion: int = PORTION) -> list[Done]:
    """Seal every older value anew, `portion` of them in a transaction. Tells `said` when a column is done."""
    done = []
    for table, column, purpose in sealed_columns(metadata):
        done.append(_reseal_column(database, table, column, purpose, portion))
        said(done[-1])
    return done


def _reseal_column(database: Database, table: Table, column: Column[object], purpose: str, portion: int) -> Done:
    resealed = unreadable = 0
    after: tuple[object, ...] | None = None
    while rows := _older(database, table, column, after, portion):
        with database.writing() as session:
            for key, value in rows:
                try:
                    anew = seal(unseal(value, purpose), purpose)
                except SealBroken:
                    unreadable += 1
                    continue
                session.execute(
                    update(table)
                    .where(_is(table, key), type_coerce(column, LargeBinary) == value)
                    .values({column: type_coerce(anew, LargeBinary)})
                )
                resealed += 1
        after = rows[-1][0]
    return Done(f"{table.name}.{column.name}", resealed, unreadable)


def _is(table: Table, key: tuple[object, ...]) -> ColumnElement[bool]:
    return and_(*(column == part for column, part in zip(table.primary_key, key, strict=True)))


def _older(
    database: Database, table: Table, column: Column[object], after: tuple[object, ...] | None, portion: int
) -> list[Row]:
    """The next rows by primary key whose value does not say that it lies under the key of now."""
    keys = list(table.primary_key)
    raw = type_coerce(column, LargeBinary)
    query = select(*keys, raw).where(raw.is_not(None))
    query = query.where(func.substr(raw, 1, PREFIX, type_=LargeBinary) != current())
    if mark := column.info.get(NOT_FROM) or getattr(column.type, "own_mark", None):
        query = query.where(func.substr(raw, 1, len(mark), type_=LargeBinary) != mark)
    if own := column.info.get(UNLESS):
        query = query.where(table.c[own].is_(None))
    if after is not None:
        query = query.where(tuple_(*keys) > tuple_(*after))
    with database.reading() as session:
        rows = session.execute(query.order_by(*keys).limit(portion)).all()
    return [(tuple(row[:-1]), bytes(row[-1])) for row in rows]
