# SPDX-License-Identifier: Apache-2.0
"""Log (日志): where the decision log ends now, and proofs about it, for anybody. I/O: database.

Hashes only: what an entry says is told to auditors, and to the applicant whom it is about.
"""

from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

import audit
from web.api.problem import problems
from web.deps import Anybody, Db, OwnApplication

router = APIRouter(tags=["log"])
Size = Annotated[int, Query(ge=0, le=2**62)]


class HeadAnswer(BaseModel):
    """Noted outside, it makes every later change of the log provable."""

    size: int = Field(description="entries in the tree")
    root: str = Field(examples=["0" * 64], description="RFC 6962 root, hexadecimal")
    pending: int = Field(description="entries that wait for their place")


class InclusionAnswer(BaseModel):
    """That an entry is in the log (RFC 9162 §2.1.3)."""

    index: int
    path: list[str] = Field(description="base64, the sibling of the leaf first")
    checkpoint: str = Field(description="signed note (C2SP tlog-checkpoint)")


class ConsistencyAnswer(BaseModel):
    """That the longer log begins with the shorter (RFC 9162 §2.1.4); hashes in base64."""

    old: int
    new: int
    old_root: str
    new_root: str
    path: list[str]


def _said(digest: bytes) -> str:
    return b64encode(digest).decode()


@router.get("/log/head", summary="End of the decision log")
def head(db: Db, _viewer: Anybody) -> HeadAnswer:
    end = audit.head(db)
    return HeadAnswer(size=end.size, root=end.root, pending=audit.pending(db))


@router.get("/log/inclusion", summary="Proof that an entry is in the log", responses=problems(404, 422))
def inclusion(db: Db, _viewer: Anybody, index: Size, size: Size | None = None) -> InclusionAnswer:
    """Under the newest checkpoint, or the one of exactly `size` entries."""
    proof = audit.prove_inclusion(db, index, size)
    return InclusionAnswer(index=index, path=[_said(digest) for digest in proof.path], checkpoint=proof.note)


@router.get("/log/consistency", summary="Proof that the log only grew", responses=problems(404, 422))
def consistency(db: Db, _viewer: Anybody, old: Size, new: Size) -> ConsistencyAnswer:
    proof = audit.prove_consistency(db, old, new)
    path = [_said(digest) for digest in proof.path]
    return ConsistencyAnswer(
        old=old, new=new, old_root=_said(proof.old_root), new_root=_said(proof.new_root), path=path
    )


@router.get(
    "/applications/{id}/log-proof",
    summary="Receipt for the decision on one's application",
    responses=problems(401, 403, 404),
    response_class=PlainTextResponse,
)
def log_proof(db: Db, application: OwnApplication) -> PlainTextResponse:
    """C2SP tlog-proof; its extra line is the entry itself, and the salts of what it only commits to."""
    return PlainTextResponse(audit.receipt_of(db, application.number or application.id, "decision.made"))
