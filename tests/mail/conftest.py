"""The mail channel against real servers and against an SMTP server that misbehaves to order."""

from tests.servers.fixtures import *  # noqa: F403
