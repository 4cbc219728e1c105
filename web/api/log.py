# SPDX-License-Identifier: Apache-2.0
"""Log (日志): where the decision log ends now, for anybody to note down. I/O: database."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

import audit
from web.deps import Anybody, Db

router = APIRouter(prefix="/log", tags=["log"])


class HeadAnswer(BaseModel):
    """Noted outside, it makes every later change of the log provable."""

    index: int
    hash: str = Field(examples=["0" * 64])


@router.get("/head", summary="End of the decision log")
def head(db: Db, _viewer: Anybody) -> HeadAnswer:
    end = audit.head(db)
    return HeadAnswer(index=end.index, hash=end.hash)
