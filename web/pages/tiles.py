# SPDX-License-Identifier: Apache-2.0
"""Tiles (日志公开资源): checkpoint and tiles of the decision log, for anybody's monitor (C2SP tlog-tiles).

Hashes tell nothing of anybody and are public; the entries themselves are for auditors. I/O: through the verbs.
"""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response

import audit
from web.deps import Anybody, Auditor, Db

router = APIRouter(prefix="/log")
BYTES = "application/octet-stream"
FOREVER = {"cache-control": "public, max-age=31536000, immutable"}
NOT_LONG = {"cache-control": "no-cache"}


@router.get("/checkpoint")
def checkpoint(db: Db, _viewer: Anybody) -> Response:
    found = audit.newest(db)
    return PlainTextResponse(found.note, headers=NOT_LONG) if found else Response(status_code=404)


@router.get("/verify_export.py")
def verifier(_viewer: Anybody) -> Response:
    """The one file that verifies exports and receipts without us."""
    headers = {"content-disposition": "attachment; filename=verify_export.py", **NOT_LONG}
    return Response(audit.VERIFIER.read_bytes(), media_type="text/x-python", headers=headers)


@router.get("/tile/entries/{place:path}")
def entries(place: str, db: Db, _auditor: Auditor) -> Response:
    try:
        bundle = audit.entry_bundle(db, *audit.tile_number(place))
    except LookupError:
        bundle = None
    headers = {"cache-control": "private, no-store"}
    return Response(bundle, media_type=BYTES, headers=headers) if bundle else Response(status_code=404)


@router.get("/tile/{level}/{place:path}")
def tile(level: str, place: str, db: Db, _viewer: Anybody) -> Response:
    try:
        known = level.isascii() and level.isdecimal() and str(int(level)) == level and int(level) < 64
        hashes = audit.hash_tile(db, int(level), *audit.tile_number(place)) if known else None
    except LookupError:
        hashes = None
    return Response(hashes, media_type=BYTES, headers=FOREVER) if hashes else Response(status_code=404)
