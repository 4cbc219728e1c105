# SPDX-License-Identifier: Apache-2.0
"""Process commands (流程命令): show, export, and try a changed definition against past cases. I/O: database, files."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from approval import clocks, visits
from approval.application import Application, State
from approval.dossier import OUTCOMES
from approval.guards import GUARDS, Standing, held
from approval.office import Office
from approval.steps import VERBS
from workflows import Event, Process, Refused, load_process, load_processes
from workflows.bpmn import to_bpmn
from workflows.drawing import draw
from workflows.paths import paths
from workflows.trial import Compared, Past, compare

_event: TypeAdapter[Event] = TypeAdapter(Event)
AT_ONCE = 500
KNOWN_LATER = frozenset(GUARDS) - {"in_register"}


def commands(office: Callable[[], Office]) -> typer.Typer:
    """`process show|export|replay`; only `replay` needs the office."""
    cli = typer.Typer(no_args_is_help=True, help="the processes that carry a case")

    @cli.command()
    def show(name: str, to: Annotated[Path | None, typer.Option(help="where the drawing goes")] = None) -> None:
        """Draw a process as SVG and list every way through it."""
        process = latest(name)
        drawing = to or Path(f"{name}.svg")
        drawing.write_text(draw(process, "zh", OUTCOMES), "utf-8")
        for path in paths(process):
            told = [f"{edge.source} —{edge.outcome}→" if edge.outcome else edge.source for edge in path.edges]
            typer.echo(f"{path.state:<11}{' '.join(told)} {path.steps[-1]}")
        typer.echo(f"{len(paths(process))} ways; with failures {len(paths(process, with_failures=True))}")
        typer.echo(f"{process.name} v{process.version} drawn: {drawing}")

    @cli.command()
    def export(name: str, to: Annotated[Path | None, typer.Option(help="where the file goes")] = None) -> None:
        """Write a process as BPMN 2.0, for the common modelers."""
        process = latest(name)
        file = to or Path(f"{name}.bpmn")
        file.write_text(to_bpmn(process), "utf-8")
        typer.echo(f"{process.name} v{process.version} exported: {file}")

    @cli.command()
    def replay(
        file: Annotated[Path, typer.Argument(help="the changed definition, before it is published")],
    ) -> None:
        """Try a changed definition against every past case. Exits 1 if an outcome would differ, 2 if it is unsound."""
        try:
            changed = load_process(file)
        except Refused as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(2) from None
        if strangers := (changed.verbs - set(VERBS)) | (changed.guards - set(GUARDS)):
            typer.echo(f"{file.name}: nobody carries out {sorted(strangers)}", err=True)
            raise typer.Exit(2)
        now = office()
        with now.database.reading() as session:
            compared = compare(latest(changed.name), changed, past_cases(session, now, changed.name))
        tell(compared)
        if any(case.differs for case in compared):
            raise typer.Exit(1)

    return cli


def latest(name: str) -> Process:
    """The newest version of that name. Exits 2 if there is none."""
    found = [process for process in load_processes().values() if process.name == name]
    if not found:
        known = sorted({process.name for process in load_processes().values()})
        typer.echo(f"no process {name}; there are: {', '.join(known)}", err=True)
        raise typer.Exit(2)
    return max(found, key=lambda process: process.version)


def past_cases(session: Session, office: Office, name: str) -> Iterable[Past]:
    """Every case of this process that has ended, page by page."""
    ended = [State.REGISTERED, State.RETURNED, State.REFUSED]
    items = [i.code for i in office.catalogue.items.values() if i.process.name == name]
    after = ""
    while True:
        query = (
            select(Application)
            .where(Application.state.in_(ended), Application.item_code.in_(items), Application.id > after)
            .order_by(Application.id)
            .limit(AT_ONCE)
            .options(selectinload(Application.transitions), selectinload(Application.findings))
        )
        page = session.scalars(query).all()
        if not page:
            return
        for case in page:
            told = [(t.step, _event.validate_python(t.event)) for t in case.transitions]
            yield Past(case.number or case.id, tuple(told), stood(session, case))
        after = page[-1].id
        session.expunge_all()


def stood(session: Session, case: Application) -> dict[int, dict[str, bool]]:
    """By the place of each decision: which guards held then. What the register said then is not kept."""
    seen = visits.of_application(session, case.id)
    ticks = clocks.ticks_of(session, case.id)
    found = {}
    for place, move in enumerate(case.transitions):
        if move.event["kind"] != "decided":
            continue
        then = Standing(
            [finding for finding in case.findings if finding.found_at <= move.at],
            next((visit.conforms for visit in reversed(seen) if visit.recorded_at <= move.at), False),
            clocks.is_heard(tick for tick in ticks if tick.at <= move.at),
        )
        found[place] = held(then, KNOWN_LATER)
    return found


def tell(compared: list[Compared]) -> None:
    """The cases that would end elsewhere or stop, then how many of each."""
    for case in compared:
        if case.differs:
            then = case.after.state or f"stops: {case.after.why}"
            typer.echo(f"{case.number}: {case.before.state} → {then}")
    counts = Counter("undecidable" if c.is_open else "differs" if c.differs else "same" for c in compared)
    told = ", ".join(f"{counts[kind]} {kind}" for kind in ("same", "differs", "undecidable"))
    typer.echo(f"{len(compared)} cases: {told}")
