"""What is configured of a channel on X."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from twoway.channels.x_money import Prices
from twoway.channels.x_posts import Id
from twoway.channels.x_route import Tier
from twoway.channels.x_text import LIMIT
from twoway.config.sections import Searching
from twoway.config.values import Seconds, Url, Yes
from twoway.secrets import Secret

HOST = "https://api.twitter.com"
"""The only one that tweepy knows; requests are signed for it."""
KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
SEARCH = {"self-serve": 512, "enterprise": 4_096}
"""Characters of a search."""
PARTS = {"self-serve": 1, "enterprise": 4}
"""Posts that an answer may be split into: who did not summon us twice is not answered twice."""


class Settings(Searching):
    """The section ``[channels.NAME]`` of a channel of the kind x."""

    handle: Annotated[str, Field(pattern=r"^\w{1,15}$")]
    """The account's, without @."""
    user_id: Id | None = None
    """The account's number; None: asked for, which costs."""
    token: Secret | None = None
    """An OAuth 2.0 user token; the four keys of OAuth 1.0a go before it."""
    consumer_key: Secret | None = None
    consumer_secret: Secret | None = None
    access_token: Secret | None = None
    access_token_secret: Secret | None = None
    tier: Tier = "self-serve"
    direct_messages: Yes = False
    """Whether they are heard: the app needs a permission for it, and X tells only of those that are not encrypted."""
    monthly_budget: Annotated[Decimal, Field(gt=0, le=1_000_000)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    prices: Prices = Prices()
    longest_post: Annotated[int, Field(ge=LIMIT, le=25_000)] = LIMIT
    """Accounts that pay for it may write more than 280."""
    longest_search: Annotated[int, Field(ge=64, le=4_096)] | None = None
    """None: as the tier has it."""
    parts: Annotated[int, Field(ge=1, le=4)] | None = None
    """None: as the tier has it."""
    url: Url = HOST
    """Another address of X's API, such as a gateway of one's own."""
    timeout_seconds: Annotated[Seconds, Field(ge=1, le=120)] = 20

    @property
    def search_length(self) -> int:
        """Of one search, in characters."""
        return self.longest_search or SEARCH[self.tier]

    @property
    def longest(self) -> int | None:
        """What the account may write."""
        return self.longest_post

    @property
    def most_parts(self) -> int:
        """Posts of one answer."""
        return self.parts or PARTS[self.tier]

    @property
    def keys(self) -> dict[str, str]:
        """Those of OAuth 1.0a by tweepy's names, if there are any."""
        found = {name: getattr(self, name) for name in KEYS}
        return {name: key.get_secret_value() for name, key in found.items() if key}

    @model_validator(mode="after")
    def _one_login(self) -> Self:
        if len(self.keys) not in (0, len(KEYS)):
            raise ValueError(f"these four belong together: {', '.join(KEYS)}")
        if not self.keys and not self.token:
            raise ValueError(f"a login is missing: write {', '.join(KEYS)}, or token")
        return self
