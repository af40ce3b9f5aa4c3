"""While sending is held everybody sees why; an admin may let it go on."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from desk.web.pages import to
from desk.web.visit import Acting
from twoway.errors import Refused
from twoway.store import hold

router = APIRouter(prefix="/held")


@router.post("/confirm")
def confirm(seen: Acting, alone: Annotated[str, Form()] = "") -> Response:
    """An admin says that no other copy of this desk is at work."""
    seen.require("administer")
    if alone != "yes":
        raise Refused("say that no other copy of this desk is at work; then it may send again")
    hold.confirm(seen.store, seen.session)
    return to("/inbox/trouble")
