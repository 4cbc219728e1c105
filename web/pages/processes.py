# SPDX-License-Identifier: Apache-2.0
"""Processes (办理流程): how a case travels, drawn from the declaration that moves it; open to everybody. I/O: none."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from approval.dossier import OUTCOMES
from web.deps import Anybody, DeskDep
from web.respond import language_of
from workflows.bpmn import to_bpmn
from workflows.drawing import draw
from workflows.process import Process

router = APIRouter()


def _current(desk: DeskDep, name: str) -> Process | None:
    versions = [p for (known, _version), p in desk.office.catalogue.processes.items() if known == name]
    return max(versions, key=lambda p: p.version, default=None)


@router.get("/processes/{name}.svg")
def drawing(request: Request, name: str, desk: DeskDep, _viewer: Anybody) -> Response:
    process = _current(desk, name)
    if process is None:
        return Response(status_code=404)
    return Response(draw(process, language_of(request), OUTCOMES), media_type="image/svg+xml")


@router.get("/processes/{name}.bpmn")
def bpmn(name: str, desk: DeskDep, _viewer: Anybody) -> Response:
    process = _current(desk, name)
    if process is None:
        return Response(status_code=404)
    headers = {"content-disposition": f"attachment; filename={process.name}-{process.version}.bpmn"}
    return Response(to_bpmn(process), media_type="application/xml", headers=headers)
