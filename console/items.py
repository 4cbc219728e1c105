# SPDX-License-Identifier: Apache-2.0
"""Item commands (事项命令): prove the catalogue, begin a new item, publish the schema of item files. I/O: files."""

import json
import re
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from approval.decision import REFUSAL_BASES
from approval.guards import GUARDS
from approval.steps import VERBS
from catalogue import Catalogue, Item, load_catalogue
from instruments import CODES
from kit import clock
from kit.declared import Refused
from workflows import Process, load_processes

HERE = Path(__file__).parent.parent
SCHEMA = HERE / "catalogue" / "item.schema.json"
CARRIED = ("permit", "filing")  # what a process is called after; those of the register are programmed
ITEMS, FORMS = HERE / "catalogue" / "items", HERE / "forms" / "declarations"


def commands() -> typer.Typer:
    """`items check|new|schema`; none needs a database."""
    cli = typer.Typer(no_args_is_help=True, help="the catalogue of what can be applied for")

    @cli.command()
    def check() -> None:
        """Prove that every item goes together with its form, process and result. Exits 1 with file, line and reason."""
        try:
            catalogue = load_catalogue(verbs=set(VERBS), guards=set(GUARDS), texts=CODES, bases=set(REFUSAL_BASES))
        except Refused as refused:
            typer.echo(str(refused), err=True)
            raise typer.Exit(1) from None
        for item in catalogue.offered(clock.office_day(clock.now())):
            typer.echo(line_of(catalogue, item))
        typer.echo(
            f"{len(catalogue.items)} items, {len(catalogue.forms)} forms, {len(catalogue.processes)} processes: sound"
        )

    @cli.command()
    def new(
        code: Annotated[str, typer.Argument(help="lower-case words with hyphens")],
        title: Annotated[str, typer.Option(help="Chinese title")] = "新事项",
        process: Annotated[str, typer.Option(help="the process that carries it")] = "permit-plain",
    ) -> None:
        """Write an item and its form, complete and runnable, to be edited. Never overwrites."""
        if not re.fullmatch(r"[a-z][a-z-]*", code):
            typer.echo("The code is lower-case letters and hyphens, for example tea-house.", err=True)
            raise typer.Exit(2)
        chosen, title = carried_by(process), " ".join(title.split())
        written = {ITEMS / f"{code}.toml": "item.toml", FORMS / f"{code}.toml": "form.toml"}
        if there := [file.name for file in written if file.exists()]:
            typer.echo(f"{there[0]} is there already: nothing was written.", err=True)
            raise typer.Exit(2)
        for file, pattern in written.items():
            file.write_text(scaffolded(pattern, code, title, chosen), "utf-8")
            typer.echo(f"written: {file.relative_to(HERE)}")
        typer.echo("Next: edit both files, then `uv run main.py items check`.")

    @cli.command()
    def schema() -> None:
        """Write the JSON Schema by which editors complete item files."""
        SCHEMA.write_text(schema_text(), "utf-8")
        typer.echo(f"written: {SCHEMA.relative_to(HERE)}")

    return cli


def schema_text() -> str:
    return json.dumps(Item.model_json_schema(), ensure_ascii=False, indent=2) + "\n"


def line_of(catalogue: Catalogue, item: Item) -> str:
    """One item as a person checks it: what is asked, by which way, how long, how sure."""
    form = catalogue.form_of(item)
    fields = sum(len(page.fields) for page in form.pages)
    doubts = [
        name
        for name, confidence in (("basis", item.basis_confidence), ("deadline", item.deadline_confidence))
        if confidence == "M"
    ]
    marks = "".join(f" · {word}" for word, said in (("on site", item.on_site), ("hearing", item.hearing)) if said)
    doubt = f" · to confirm: {', '.join(doubts)}" if doubts else ""
    return (
        f"{item.code:<24} v{item.version} {item.kind:<12} {len(form.pages)} pages {fields:>2} questions · "
        f"{item.process.name} · {item.working_days}+{item.extension_working_days} working days{marks}{doubt}"
    )


def carried_by(name: str) -> Process:
    """The process of this name if it carries permits or filings; else says so and exits 2."""
    named = (one for (known, _version), one in sorted(load_processes().items()) if known == name)
    chosen = next(named, None) if name.startswith(CARRIED) else None
    if chosen is None:
        typer.echo(f"No process that carries permits or filings is called {name}.", err=True)
        raise typer.Exit(2)
    return chosen


def scaffolded(name: str, code: str, title: str, process: Process) -> str:
    """A file that loads as it is, from its pattern in `scaffold/`."""
    is_permit = process.name.startswith("permit")
    asks = {"on_site": "site_visited" in process.guards, "hearing": "hearing_held" in process.guards}
    words = {
        "code": code,
        "process": process.name,
        "since": clock.office_day(clock.now()).isoformat(),
        "kind": "permit" if is_permit else "filing",
        "asked": "\n".join(f"{flag} = true" for flag, is_asked in asks.items() if is_asked),
        "result": _pattern("result.toml").substitute(title=_quoted(f"{title}证")) if is_permit else "",
    }
    return _pattern(name).substitute(words, title=_quoted(title if name == "item.toml" else f"{title}申请表"))


def _pattern(name: str) -> Template:
    return Template((Path(__file__).parent / "scaffold" / name).read_text("utf-8"))


def _quoted(text: str) -> str:
    """A basic string of TOML: what JSON escapes, TOML reads."""
    return json.dumps(text, ensure_ascii=False)
