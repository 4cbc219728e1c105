# SPDX-License-Identifier: Apache-2.0
"""App (网站): pages and programming interface put together around one desk. I/O: none of its own."""

from pathlib import Path

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from web import api, errors, limiting
from web.deps import IN_LANE, refuse_forgery
from web.desk import Desk
from web.guard import Guard
from web.lanes import Lanes
from web.measuring import Measuring
from web.pages import (
    account,
    addresses,
    admin,
    agreeing,
    apply,
    audit,
    board,
    bundles,
    cards,
    casework,
    contesting,
    decide,
    demonstration,
    directories,
    documents,
    factors,
    guide,
    health,
    home,
    instruments,
    live,
    looked,
    lookups,
    materials,
    mydata,
    mydesk,
    notme,
    officers,
    opinions,
    parts,
    portraits,
    postings,
    processes,
    promising,
    proof,
    review,
    revocations,
    samples,
    signin,
    staffing,
    status,
    submit,
    supervision,
    tiles,
    verify,
    vouching,
    ways,
)

STATIC = Path(__file__).parent / "static"
PAGES = (
    home,
    guide,
    signin,
    factors,
    directories,
    account,
    staffing,
    apply,
    instruments,
    lookups,
    addresses,
    materials,
    parts,
    cards,
    documents,
    promising,
    proof,
    ways,
    vouching,
    notme,
    live,
    submit,
    status,
    promising,
    looked,
    mydata,
    bundles,
    agreeing,
    review,
    officers,
    decide,
    casework,
    contesting,
    mydesk,
    opinions,
    supervision,
    portraits,
    postings,
    samples,
    revocations,
    board,
    audit,
    admin,
    tiles,
    processes,
    verify,
    health,
)


def open_site(app: FastAPI, desk: Desk, known: guide.Guide | None = None) -> None:
    """From now on the site works for this desk, and has counted nothing. `known`: the guide of its catalogue."""
    app.state.desk = desk
    app.state.guide = known or guide.open_guide(desk.office.catalogue)
    app.state.lanes = Lanes()
    app.state.counts = limiting.memory()


def create_app(desk: Desk) -> FastAPI:
    """The whole site. `desk` stays on `app.state`."""
    app = FastAPI(
        title="不见面审批 Contactless Approval",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    open_site(app, desk)
    for module in (*PAGES, demonstration) if desk.settings.demonstration else PAGES:
        asked = [Depends(refuse_forgery), *([] if module is health else [IN_LANE])]  # who watches stands in no lane
        app.include_router(module.router, include_in_schema=False, dependencies=asked)
    app.include_router(api.router, prefix="/api/v1")
    app.include_router(api.signed, prefix="/api/v1")
    app.mount("/static", StaticFiles(directory=STATIC, check_dir=False), name="static")
    errors.register(app)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(Measuring)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=desk.settings.allowed_hosts, www_redirect=False)
    app.add_middleware(Guard, is_https=desk.settings.is_https, broken=errors.broken)
    return app
