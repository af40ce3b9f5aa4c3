"""What is configured of a channel on Reddit."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from twoway import __version__
from twoway.config.sections import Searching
from twoway.config.values import Name, Seconds, Url, Yes
from twoway.secrets import Secret

Agent = Annotated[str, Field(pattern=r"^[ -9;-~]+:[ -9;-~]+:[ -9;-~]+ \(by /?u/[A-Za-z0-9_-]{3,20}\)$")]
"""Platform, application, version, and whom to ask."""


class Settings(Searching):
    """The section ``[channels.NAME]`` of a channel of the kind reddit."""

    client_id: Name
    client_secret: Secret
    username: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{3,20}$")]
    """The brand's account, without u/."""
    refresh_token: Secret | None = None
    """Of a web app; goes before the password, which is for a script app whose developer the account is."""
    password: Secret | None = None
    user_agent: Agent | None = None
    """None: our own, with the brand's account as whom to ask."""
    subreddits: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_]{1,20}$")], ...] = ()
    """Whose new posts and comments are read, without r/."""
    search: Yes = True
    """Whether Reddit is searched for the words of the query."""
    api_url: Url = "https://oauth.reddit.com"
    login_url: Url = "https://www.reddit.com"
    timeout_seconds: Annotated[Seconds, Field(ge=1, le=120)] = 20

    @property
    def agent(self) -> str:
        """What Reddit's rules want to read of who asks."""
        return self.user_agent or f"server:twoway:{__version__} (by /u/{self.username})"

    @model_validator(mode="after")
    def _some_login(self) -> Self:
        if self.refresh_token is None and self.password is None:
            raise ValueError("write refresh_token (a web app) or password (a script app)")
        return self
