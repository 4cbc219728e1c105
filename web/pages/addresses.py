# SPDX-License-Identifier: Apache-2.0
"""Addresses (地址提示): standard addresses offered while one is typed; a form takes any other. I/O: database."""

from typing import Annotated

from fastapi import APIRouter, Query

import addresses
from web.deps import Applicant, Db

router = APIRouter()
MOST = 8


@router.get("/addresses/suggest")
def suggest(
    db: Db,
    _applicant: Applicant,
    street: Annotated[str, Query(max_length=12)] = "",
    q: Annotated[str, Query(max_length=80)] = "",
) -> dict[str, list[str]]:
    """Up to eight addresses of the street (its code), best first; none for fewer than two characters."""
    return {"addresses": [known.text for known in addresses.suggest(db, street, q, MOST)]}
