# SPDX-License-Identifier: Apache-2.0
"""Programming interface (接口) /api/v1: the same verbs for programmes; errors as problem+json (RFC 9457).

A programme signs in with the token of a session in the Authorization header; a browser needs the form's token too.
"""

from fastapi import APIRouter, Depends

from web.api import applications, casework, decisions, departments, items, licences, log, partners
from web.deps import IN_LANE, refuse_forgery

router = APIRouter(dependencies=[Depends(refuse_forgery), IN_LANE])
for module in (items, applications, casework, decisions, licences, log):
    router.include_router(module.router)
router.include_router(casework.mine)

# A partner's programme has no browser whose form could be forged: its signature is over the whole request.
signed = APIRouter(dependencies=[Depends(partners.signed_body), IN_LANE])
signed.include_router(partners.router)
signed.include_router(departments.router)
