"""The page where anyone plays the customer: plain forms that work without a script, escaped by the templates."""

from importlib.resources import files
from typing import Annotated, Literal
from urllib.parse import quote, unquote

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates

from desk.square.board import Board, Rules, Words, handle_of
from desk.square.errors import SquareError
from desk.square.threads import View
from desk.square.words import LANGUAGES, REFUSALS_DE, WORDS, language

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(directory=str(files("desk.square") / "templates"))
Number = Annotated[int, Path(ge=1, lt=2**62)]
Text = Annotated[str, Form()]


def view(request: Request) -> View:
    """The square as the customer of this browser sees it."""
    return View(request.app.state.board, unquote(request.cookies.get("who", "")))


Seen = Annotated[View, Depends(view)]


def page(request: Request, name: str, status: int = 200, **values: object) -> Response:
    """A page in the reader's language."""
    board: Board = request.app.state.board
    rules: Rules = request.app.state.rules
    spoken = language(request)
    seen = view(request)
    row = board.file.row("SELECT name FROM accounts WHERE id = ?", board.brand)
    context = {
        "t": WORDS[spoken],
        "language": spoken,
        "languages": LANGUAGES,
        "brand": row["name"] if row else board.brand_handle,
        "handle": board.brand_handle,
        "who": seen.handle if seen.account else "",
        "limit": rules.length,
        **values,
    }
    return templates.TemplateResponse(request, name, context, status, {"Cache-Control": "no-store"})


def refusal(request: Request, error: SquareError) -> Response:
    """What was refused, as a page."""
    german = REFUSALS_DE.get(error.code, error.message)
    return page(request, "refusal.html", error.status, message=german if language(request) == "de" else error.message)


def _to(path: str) -> RedirectResponse:
    return RedirectResponse(path, 303)


def _enter(request: Request, name: str, response: Response) -> int:
    account = request.app.state.board.join(name)
    response.set_cookie("who", quote(handle_of(name)), httponly=True, samesite="strict", max_age=86400 * 30)
    return int(account)


@router.get("/")
def square(request: Request, seen: Seen, before: Annotated[int, Query(ge=1, lt=2**62)] = 2**62 - 1) -> Response:
    """The square, newest threads first."""
    threads = seen.public(before)
    private = seen.private() if seen.account else []
    paged = before < 2**62 - 1
    return page(request, "square.html", threads=threads, private=private, people=seen.people(), paged=paged)


@router.get("/posts/{number}")
def one(request: Request, seen: Seen, number: Number, edit: bool = False) -> Response:
    """One thread around a post, to answer exactly that post, or to edit it."""
    thread = seen.around(number)
    chosen = next(post for post in thread.posts if post.id == number)
    return page(request, "thread.html", thread=thread, chosen=chosen, edit=edit and chosen.own and not chosen.deleted)


@router.post("/who")
def who(request: Request, name: Text) -> Response:
    """From now on this browser plays the customer of that name."""
    response = _to("/")
    _enter(request, name, response)
    return response


@router.post("/language")
def switch(request: Request, to: Annotated[Literal["en", "de"], Form()]) -> Response:
    """The other language, kept in a cookie."""
    response = _to("/")
    response.set_cookie("language", to, samesite="strict", max_age=86400 * 365)
    return response


@router.post("/say")
def say(
    request: Request,
    seen: Seen,
    text: Text,
    name: Text = "",
    visibility: Annotated[Literal["public", "private"], Form()] = "public",
    mention: Annotated[bool, Form()] = False,
    in_reply_to: Annotated[int | None, Form(ge=1, lt=2**62)] = None,
) -> Response:
    """A post of the customer of this browser, or of the one named; leads to the post."""
    board: Board = request.app.state.board
    text = text.replace("\r\n", "\n")
    if mention and visibility == "public" and f"@{board.brand_handle}" not in text.casefold():
        text = f"@{board.brand_handle} {text}"
    response = _to("/")
    account = _enter(request, name, response) if name else seen.account
    if not account:
        raise SquareError(422, "invalid", "Choose a name first.")
    number, _ = board.say(account, Words(text, visibility, in_reply_to), request.app.state.rules)
    response.headers["location"] = f"/posts/{number}" if in_reply_to else f"/#post-{number}"
    return response


@router.post("/posts/{number}/edit")
def edit(request: Request, seen: Seen, number: Number, text: Text) -> Response:
    """The author changes a post."""
    request.app.state.board.edit(seen.account, number, text.replace("\r\n", "\n"), request.app.state.rules)
    return _to(f"/posts/{number}")


@router.post("/posts/{number}/delete")
def delete(request: Request, seen: Seen, number: Number) -> Response:
    """The author takes a post back."""
    request.app.state.board.delete(seen.account, number)
    return _to("/")
