# SPDX-License-Identifier: Apache-2.0
"""Access table (访问矩阵): docs/access.md, written from the rules. Hides how cells are drawn together. I/O: one file.

It is web's own command: what it tells of are routes.
"""

from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from web.access import LET_IN, Access, Area, load_access

HEAD = """# Who may ask for what

Written by `uv run main.py access table` from `web/access.toml`; do not edit. {cells} cells: {actors} actors × \
{routes} routes × the states of what a route is about. `tests/access` asks the real site and compares; a route of \
the site that is not listed, or a listed one that does not exist, fails the build.

How to read it: **yes** is let in, and the verb says whether it can be done; **—** is turned away for the role before \
anything is looked up (`sign_in_required` 401, `wrong_audience` 403); a name of states is let in only then. What the \
others hear stands below each table. Whoever is nobody to a case of an applicant hears the same 404 as for one that \
does not exist.
"""


def commands(document: Path) -> typer.Typer:
    """`access table`."""
    cli = typer.Typer(no_args_is_help=True, help="访问规则 · who may ask for what")

    @cli.command("table")
    def write(to: Annotated[Path, typer.Option(help="where it goes")] = document) -> None:
        """Write the matrix of actors, routes and states as a document."""
        to.write_text(table(load_access()), "utf-8")
        typer.echo(f"{to}: {sum(1 for _ in load_access().cells(demonstration=True))} cells")

    @cli.callback()
    def about() -> None:
        """访问规则 · who may ask for what"""

    return cli


def table(access: Access) -> str:
    """The whole document."""
    cells = list(access.cells(demonstration=True))
    parts = [HEAD.format(cells=len(cells), actors=len(access.actors), routes=len(access.routes())), _actors(access)]
    parts += [_states(access), *(_area(access, area) for area in access.area)]
    return "\n".join(parts)


def _actors(access: Access) -> str:
    rows = [f"| {name} | {actor.role or '—'} | {actor.said} |" for name, actor in access.actors.items()]
    return "\n".join(["## Who asks", "", "| actor | role | is |", "|---|---|---|", *rows, ""])


def _states(access: Access) -> str:
    rows = [f"| {thing} | {', '.join(states)} |" for thing, states in access.things.items()]
    return "\n".join(["## About what", "", "| thing | states |", "|---|---|", *rows, ""])


def _area(access: Access, area: Area) -> str:
    note = ["Only where `DEMONSTRATION=true`.", ""] if area.only_in_demonstration else []
    columns = list(access.actors)
    lines = [f"## {area.title}", "", *note, f"| | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    for reach in area.routes:
        lines.append(f"| {reach} | {' | '.join(_drawn(access, reach, actor) for actor in columns)} |")
    for reach, routes in area.routes.items():
        lines += ["", f"**{reach}**: {access.reach[reach].said}.", *_refusals(access, reach), "", *_listed(routes)]
    return "\n".join([*lines, ""])


def _drawn(access: Access, reach: str, actor: str) -> str:
    """One cell of the table, over all states."""
    states = access.states_of(reach)
    answers = {state: access.expected(reach, actor, state) for state in states}
    open_in = [state for state, answer in answers.items() if answer == LET_IN]
    if len(open_in) == len(states):
        return "yes"
    if open_in:
        closed = [state for state in states if state not in open_in]
        return f"not {', '.join(closed)}" if len(closed) < len(open_in) else ", ".join(open_in)
    return "—" if set(answers.values()) <= {"sign_in_required", "wrong_audience"} else "no"


def _refusals(access: Access, reach: str) -> list[str]:
    """Which answers the audience of the reach hears when it is turned away, and how many cells of a route say so."""
    heard = Counter(
        access.expected(reach, actor, state)
        for actor, asked in access.actors.items()
        for state in access.states_of(reach)
        if asked.role in access.reach[reach].audience
    )
    del heard[LET_IN]
    return [f"Turned away: {', '.join(f'`{code}`' for code in sorted(heard))}."] if heard else []


def _listed(routes: tuple[str, ...]) -> list[str]:
    """Paths under each other, with the methods of one path together."""
    by_path = groupby(sorted(routes, key=lambda route: route.split(" ")[1]), key=lambda route: route.split(" ")[1])
    return [f"- `{path}` {', '.join(sorted(one.split(' ')[0] for one in found))}" for path, found in by_path]
