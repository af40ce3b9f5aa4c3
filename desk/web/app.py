"""The inbox as an application: its pages, its guard, its words for what goes wrong."""

from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from desk.web import (
    answer,
    automatic,
    conversation,
    correct,
    digest,
    evidence,
    failures,
    health,
    healthz,
    held,
    inbound,
    inbox,
    live,
    log,
    login,
    moves,
    presence,
    settings,
    users,
)
from desk.web.guard import Guard
from desk.web.throttle import Throttle
from desk.wiring import Desk

PAGES = (
    login, inbox, automatic, conversation, answer, moves, correct, presence, evidence, log, health, held, users,
    settings, digest, live, healthz, inbound,
)  # fmt: skip


def create_app(desk: Desk) -> FastAPI:
    """The inbox of ``desk``; the desk is opened and closed by whoever runs it."""
    app = FastAPI(title="twoway", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = desk
    app.state.throttle = Throttle()
    app.state.rates = inbound.Rates()
    # Set by whoever runs the app when it is to end: live pages would hold on for ever.
    app.state.closing = False
    # One thread, so one connection: data_version can only be compared with what the same connection said before.
    app.state.watch = ThreadPoolExecutor(1, "watch")
    for page in PAGES:
        app.include_router(page.router)
    app.mount("/static", StaticFiles(directory=str(files("desk.web") / "static")), name="static")
    failures.install(app)
    app.add_middleware(Guard, web=desk.config.web)
    return app
