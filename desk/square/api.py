"""The square's HTTP API: what a collector and a sender use, like any other platform's."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from desk.square import errors
from desk.square.board import Board, Rules, Words
from desk.square.listings import Reader, Span
from twoway.text import sha256

router = APIRouter(prefix="/api/v1")
Number = Annotated[int, Path(ge=1, lt=2**62)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SpanQuery(_Strict):
    """Parameters of a newest-first listing."""

    since_id: int = Query(0, ge=0, lt=2**62)
    max_id: int = Query(2**62, ge=0, le=2**62)
    limit: int = Query(40, ge=1, le=200)

    @property
    def span(self) -> Span:
        """The same as a value."""
        return Span(self.since_id, self.max_id, self.limit)


class AfterQuery(_Strict):
    """Parameters of the activity feed."""

    after: int = Query(ge=0, lt=2**62)
    limit: int = Query(40, ge=1, le=200)


class NewPost(_Strict):
    """The body of a new post."""

    text: str
    visibility: Literal["public", "private"] = "public"
    in_reply_to: str | None = None


def reader(request: Request) -> Reader:
    """Whoever holds the bearer token of the request. 401 for anybody else."""
    board: Board = request.app.state.board
    rules: Rules = request.app.state.rules
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    found = board.file.row("SELECT id FROM accounts WHERE token_sha256 = ?", sha256(token.strip().encode()))
    if scheme.lower() != "bearer" or found is None:
        raise errors.unauthorised()
    return Reader(board, rules, found["id"], str(request.base_url).rstrip("/"))


def no_parameters(request: Request) -> None:
    """422 where a path that takes no parameters is given one."""
    for name in request.query_params:
        raise errors.invalid(f"There is no parameter {name!r} here.")


Who = Annotated[Reader, Depends(reader)]
plain = [Depends(no_parameters)]


@router.get("/instance", dependencies=plain)
def instance(who: Who) -> dict[str, Any]:
    """What this square takes and how it behaves, and where its activity feed stands."""
    return {
        "length": who.rules.length,
        "idempotent": who.rules.kind == "idempotent",
        "read_back_lag": who.rules.read_back_lag,
        "position": str(who.board.newest()),
        "account": {"id": str(who.account), "handle": who.handle},
    }


@router.get("/notifications")
def notifications(who: Who, query: Annotated[SpanQuery, Query()]) -> list[dict[str, Any]]:
    """Public posts that mention the brand or stand in its threads, newest first."""
    return who.notices("public", query.span)


@router.get("/messages")
def messages(who: Who, query: Annotated[SpanQuery, Query()]) -> list[dict[str, Any]]:
    """Private messages to the brand, newest first."""
    return who.notices("private", query.span)


@router.get("/activity")
def activity(who: Who, query: Annotated[AfterQuery, Query()]) -> list[dict[str, Any]]:
    """Edits, deletions and the account's own posts after a position, oldest first."""
    return who.activity(query.after, query.limit)


@router.get("/posts/{number}", dependencies=plain)
def post(who: Who, number: Number) -> dict[str, Any]:
    """One post."""
    return who.post(number)


@router.get("/posts/{number}/thread", dependencies=plain)
def thread(who: Who, number: Number) -> list[dict[str, Any]]:
    """The thread of a post, oldest first."""
    return who.thread(number)


@router.get("/accounts/{number}/posts")
def posts(who: Who, number: Number, query: Annotated[SpanQuery, Query()]) -> list[dict[str, Any]]:
    """Posts of an account, newest first."""
    return who.posts(number, query.span)


@router.post("/posts", status_code=201, dependencies=plain)
def new_post(
    who: Who,
    body: NewPost,
    response: Response,
    idempotency_key: Annotated[str, Header(max_length=200)] = "",
) -> dict[str, Any]:
    """Posts; 200 with the old post where an idempotent square has seen the key before."""
    parent = body.in_reply_to
    if parent is not None and not (parent.isascii() and parent.isdecimal() and len(parent) <= 18):
        raise errors.missing("post")
    words = Words(body.text, body.visibility, int(parent) if parent else None, idempotency_key)
    number, new = who.board.say(who.account, words, who.rules)
    response.status_code = 201 if new else 200
    return who.post(number)
