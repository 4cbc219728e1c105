# SPDX-License-Identifier: Apache-2.0
"""Paths (办理路径): the edges of a process, and every way from its start to an end. Pure."""

from collections.abc import Iterator
from typing import Literal

from kit.text import Frozen
from workflows.process import Automatic, End, Human, Joint, Panel, Process

EdgeKind = Literal["normal", "exhausted", "late", "disagreement"]
MOST = 500  # paths that anybody would read


class Edge(Frozen):
    """One way out of a step. `outcome` is "" where there is nothing to choose."""

    source: str
    outcome: str
    target: str
    kind: EdgeKind = "normal"


class Path(Frozen):
    """One way through: the edges in order, and the state in which it ends."""

    edges: tuple[Edge, ...]
    state: str

    @property
    def steps(self) -> tuple[str, ...]:
        return (*(edge.source for edge in self.edges), self.edges[-1].target) if self.edges else ()


def edges(process: Process) -> list[Edge]:
    """Every edge, in the order of the declaration."""
    return [edge for name in process.steps for edge in _edges_of(process, name)]


def _edges_of(process: Process, name: str) -> Iterator[Edge]:
    step = process.steps[name]
    match step:
        case Automatic():
            for outcome, target in step.next.items():
                yield Edge(source=name, outcome=outcome, target=target)
            yield Edge(source=name, outcome="failed", target=step.on_exhausted, kind="exhausted")
        case Human() | Panel():
            for outcome, target in step.next.items():
                yield Edge(source=name, outcome=outcome, target=target)
            if isinstance(step, Panel):
                yield Edge(source=name, outcome="disagreement", target=step.on_disagreement, kind="disagreement")
        case Joint():
            yield Edge(source=name, outcome="answered", target=step.then)
        case End():
            return
    if isinstance(step, Human | Panel | Joint) and step.timer.then:
        yield Edge(source=name, outcome="ran_out", target=step.timer.then, kind="late")


def paths(process: Process, *, with_failures: bool = False) -> list[Path]:
    """Every way that enters no step twice, at most 500; those on which a step fails only if asked for."""
    found: list[Path] = []

    def walk(name: str, taken: tuple[Edge, ...], seen: frozenset[str]) -> None:
        step = process.steps[name]
        if isinstance(step, End):
            found.append(Path(edges=taken, state=step.state))
            return
        for edge in _edges_of(process, name):
            wanted = with_failures or edge.kind != "exhausted"
            if wanted and edge.target not in seen and len(found) < MOST:
                walk(edge.target, (*taken, edge), seen | {edge.target})

    walk(process.start, (), frozenset({process.start}))
    return found


def incidents(process: Process) -> set[str]:
    """Steps that only a failure leads to, and what lies behind them alone."""
    ways = [edge for edge in edges(process) if edge.kind != "exhausted"]
    reached, waiting = set[str](), [process.start]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(edge.target for edge in ways if edge.source == name)
    return set(process.steps) - reached


def layers(process: Process) -> dict[str, int]:
    """How far from the start each step lies: the longest way without failures and without going back."""
    ways = [edge for edge in edges(process) if edge.kind != "exhausted"]
    out = {name: [edge.target for edge in ways if edge.source == name] for name in process.steps}
    order: list[str] = []  # from the ends to the start
    open_, forward = set[str](), dict[str, list[str]]()

    def visit(name: str) -> None:
        open_.add(name)
        forward[name] = []
        for target in out[name]:
            if target not in forward:
                visit(target)
            if target not in open_:
                forward[name].append(target)
        open_.discard(name)
        order.append(name)

    visit(process.start)
    depth = dict.fromkeys(reversed(order), 0)
    for name in depth:
        for target in forward[name]:
            depth[target] = max(depth[target], depth[name] + 1)
    return depth
