"""Counts failed sign-ins, so that passwords cannot be guessed."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from desk.web.rates import Rate

WITHIN = timedelta(minutes=15)
PER_LOGIN = 5
"""Failures of one login from one address."""
PER_ADDRESS = 30
"""Failures of one address, whatever the login."""


@dataclass
class Throttle:
    """Failures of the last quarter of an hour, in this process."""

    _failures: Rate = field(default_factory=partial(Rate, WITHIN))

    def begin(self, login: str, address: str) -> bool:
        """Whether another try is allowed; it counts as failed until `succeeded`, also while it is being checked."""
        return not self._failures.begin({(login.casefold(), address): PER_LOGIN, (address,): PER_ADDRESS})

    def succeeded(self, login: str, address: str) -> None:
        """The password was right: the login's failures are forgotten, and this try is no failure of the address."""
        self._failures.forget((login.casefold(), address))
        self._failures.take_back((address,))
