"""The rules there are and how an alert is said. A rule's name is its key under ``[alerts]`` in the configuration.

Those of ALWAYS have none: a desk that sends nothing at all is nothing to keep quiet about.
"""

from collections.abc import Mapping
from typing import Literal

RULES: Mapping[str, Literal["warning", "failure"]] = {
    "severe_complaint": "warning",
    "channel_paused": "failure",
    "held": "failure",
}
"""Each rule and how grave it looks in chat."""
ALWAYS = frozenset({"held"})

WORDS: Mapping[str, Mapping[str, str]] = {
    "de": {
        "severe_complaint": "schwere Beschwerde auf {channel}",
        "channel_paused": "Kanal {channel} ist pausiert",
        "held": "nichts wird gesendet, bis die Verwaltung es bestätigt",
        "held_why": "Die Datenbank wurde wiederhergestellt, kopiert oder verschoben. Näheres steht im Posteingang.",
        "reason": "Grund",
        "channel": "Kanal",
        "author": "Von",
        "quote": "Zitat",
        "quoted": "„{}“",
        "language": "Sprache",
        "due": "Antwort fällig",
        "complaint": "Beschwerde",
        "urgent": "sehr dringend",
        "upset": "verärgert",
        "unknown": "unbekannt",
        "followers": "Follower",
        "overdue": "überfällig seit {length}",
        "left": "in {length}",
        "running_again": "läuft inzwischen wieder",
        "again": "Wiederholung",
        "maybe_twice": "Diese Nachricht kommt vielleicht zum zweiten Mal.",
    },
    "en": {
        "severe_complaint": "severe complaint on {channel}",
        "channel_paused": "channel {channel} is paused",
        "held": "nothing is sent until an admin confirms it",
        "held_why": "The database was restored, copied or moved. The inbox says more.",
        "reason": "Reason",
        "channel": "Channel",
        "author": "From",
        "quote": "Quote",
        "quoted": "“{}”",
        "language": "Language",
        "due": "Answer due",
        "complaint": "complaint",
        "urgent": "very urgent",
        "upset": "upset",
        "unknown": "unknown",
        "followers": "followers",
        "overdue": "overdue for {length}",
        "left": "in {length}",
        "running_again": "is running again meanwhile",
        "again": "Repeated",
        "maybe_twice": "You may have had this message before.",
    },
}
