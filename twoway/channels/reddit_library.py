"""praw as the desk uses it: every request once, without sleeping, by our own way out and by nobody else's settings.

Imported on first use. praw and prawcore are used as they are; what is switched off here they do by default: repeat
every request up to three times, writes too; sleep between requests and before repeating; read a praw.ini of the working
directory, which could send the password elsewhere.
"""

from configparser import ConfigParser
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import requests

from twoway.channels.requests_wire import Wire, session

if TYPE_CHECKING:
    import httpx2
    from praw import Reddit as Library

    from twoway.channels.reddit_settings import Settings

KEPT = ("authorization", "content-type", "user-agent")
KINDS = {"comment": "t1", "redditor": "t2", "submission": "t3", "message": "t4", "subreddit": "t5", "trophy": "t6"}


class Once:
    """In place of prawcore's strategy: a request is made and that is all."""

    def sleep(self) -> None:
        """Not at all."""

    def should_retry_on_failure(self) -> bool:
        """Never."""
        return False


class _Wire(Wire):
    """Waits as long as the desk's client does: prawcore's own limit cannot be set."""

    def send(self, request: requests.PreparedRequest, *passed: Any, **more: Any) -> requests.Response:
        return super().send(request, *passed, **{**more, "timeout": None})


def library(settings: "Settings", http: "httpx2.Client") -> tuple["Library", Wire]:
    """praw with the brand's login, and the way that its requests take."""
    from praw import Reddit as Library
    from praw.config import Config

    wire, password, token = _Wire(http, KEPT), settings.password, settings.refresh_token
    defaults = ConfigParser(interpolation=None)
    defaults.read_string(files("praw").joinpath("praw.ini").read_text("utf-8"))
    Config.CONFIG = defaults
    kinds: dict[str, Any] = {f"{name}_kind": kind for name, kind in KINDS.items()}
    made = Library(
        "DEFAULT",
        requestor_kwargs={"session": session(wire)},
        client_id=settings.client_id,
        client_secret=settings.client_secret.get_secret_value(),
        username=settings.username,
        password=password.get_secret_value() if password and not token else None,
        refresh_token=token.get_secret_value() if token else None,
        redirect_uri=None,
        user_agent=settings.agent,
        oauth_url=settings.api_url,
        reddit_url=settings.login_url,
        check_for_updates=False,
        check_for_async=False,
        ratelimit_seconds=-1,  # below nought, so that not even "0 seconds" is waited for and tried again
        **kinds,
    )
    core = core_of(made)
    # Read before it is replaced: were the library to rename it, no login could be made, rather than one that repeats.
    core._retry_strategy_class = Once if core._retry_strategy_class else None
    return made, wire


def core_of(made: "Library") -> Any:
    """prawcore's session of the login; praw shows it nowhere."""
    return made._core
