"""One TOML file says how the desk works; it is checked whole, and every mistake is reported at once.

path = find(option)        # --config FILE, else ./twoway.toml, else $TWOWAY_CONFIG
config = load(path)        # frozen; or ConfigError, naming each mistake with its key path
"""

from twoway.config.alerts import Alerts
from twoway.config.lanes import Lanes, WorkingTime
from twoway.config.read import Config, ConfiguredChannel, find, load
from twoway.config.sections import (
    Common,
    Conversation,
    Desk,
    Digest,
    Model,
    Query,
    Recipient,
    Searching,
    Section,
    Smtp,
    Template,
    Web,
)
from twoway.config.topics import Topic

__all__ = [
    "Alerts",
    "Common",
    "Config",
    "ConfiguredChannel",
    "Conversation",
    "Desk",
    "Digest",
    "Lanes",
    "Model",
    "Query",
    "Recipient",
    "Searching",
    "Section",
    "Smtp",
    "Template",
    "Topic",
    "Web",
    "WorkingTime",
    "find",
    "load",
]
