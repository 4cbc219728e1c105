# SPDX-License-Identifier: Apache-2.0
"""Fresh proof (再次核验): what weighs most is done only by who has proved lately that they sit there. I/O: the verbs.

A route that needs it says `dependencies=FRESH`. Who comes without is asked on a page that carries on what was being
sent, so that nothing typed is lost; a programme sends the code beside its request.
"""

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import Response

from identity import Role, SignedIn, check_one_time, has_codes, passkeys_of, prove_again
from kit.errors import DomainError
from web.deps import SAFE, DeskDep, Now, Viewer, session_token
from web.fields import ShownProblem
from web.respond import go, language_of, page

CODE_FIELD, CODE_HEADER = "proof_code", "x-proof-code"
NOT_CARRIED = frozenset({"csrf_token", CODE_FIELD})


class ProofRequired(DomainError):
    """The last proof of who sits there is more than ten minutes old, or the one given now does not hold."""


def fresh(request: Request, desk: DeskDep, viewer: Viewer, now: Now) -> None:
    """Raises ProofRequired. A code that comes with the request is used up, and the session gets another token."""
    if viewer is None or viewer.role == Role.APPLICANT:  # the audience of the route answers them
        return
    found: SignedIn = request.state.standing[1]
    if found.is_fresh(now):
        return
    typed = dict(getattr(request.state, "form", [])).get(CODE_FIELD) or request.headers.get(CODE_HEADER, "")
    if not typed:
        raise ProofRequired(wrong=False)
    is_programme = request.headers.get("authorization", "").startswith("Bearer ")
    with desk.office.database.writing() as session:
        renewed = None
        if check_one_time(session, viewer.id, typed, now):
            renewed = prove_again(session, session_token(request) or "", now, is_programme=is_programme)
    if renewed is None:
        raise ProofRequired(wrong=True)
    if not is_programme:
        request.state.renewed = renewed[0]


Fresh = Annotated[None, Depends(fresh)]
FRESH = [Depends(fresh)]


def ask_for_proof(request: Request, error: ProofRequired) -> Response:
    """The page that asks; what was being sent goes on from there as it is."""
    where = request.url.path
    if request.method in SAFE:
        query = f"?{request.url.query}" if request.url.query else ""
        return go(f"/staff/proof?next={quote(where + query)}")
    carried = [(name, value) for name, value in getattr(request.state, "form", []) if name not in NOT_CARRIED]
    return proof_page(request, where, carried, is_wrong=bool(error.facts.get("wrong")), status=403)


def proof_page(
    request: Request,
    action: str,
    carried: list[tuple[str, str]],
    is_wrong: bool = False,
    status: int = 200,
) -> Response:
    """Asks for a code or a key, and sends `carried` on to `action` with it."""
    desk, viewer = request.app.state.desk, request.state.viewer
    with desk.office.database.reading() as session:
        has_key, has_device = bool(passkeys_of(session, viewer.id)), has_codes(session, viewer.id)
    said = ("动态口令不对、已用过，或被暂时锁定", "The code is not right, was used, or this way is locked for a while")
    problems = [ShownProblem(CODE_FIELD, said[language_of(request) == "en"])] if is_wrong else []
    return page(
        request,
        "signin/proof.html",
        status,
        action=action,
        carried=carried,
        has_key=has_key,
        has_device=has_device,
        problems=problems,
    )
