"""How the channels fare, in a terminal: the table of `twoway check`, what to do, and the same as values."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from desk import wording
from desk.health import Health
from desk.web.words import Words
from twoway import clock

WORDS = Words("en")


def table(
    found: Sequence[Health], logins: Mapping[str, str], zone: ZoneInfo
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Titles and rows; a column that says nothing of any channel is left out."""

    def at(moment: datetime | str | None) -> str:
        found = clock.parse(moment) if isinstance(moment, str) else moment
        return f"{found.astimezone(zone):%Y-%m-%d %H:%M}" if found else ""

    columns: dict[str, Callable[[Health], str]] = {
        "channel": lambda one: one.channel.name,
        "kind": lambda one: one.channel.kind,
        "login": lambda one: logins[one.channel.name] or "ok",
        "state": lambda one: one.state,
        "last heard": lambda one: at(one.channel.last_heard_at),
        "last success": lambda one: at(one.channel.last_success_at),
        "next poll": lambda one: at(one.next_poll),
        "requests left": lambda one: _quota(one, at),
        "login until": lambda one: at(one.standing.expires_at),
        "spent": _spent,
        "outages": lambda one: str(len(one.outages) or ""),
        "gaps": lambda one: str(len(one.gaps) or ""),
        "last error": lambda one: one.channel.last_error or "",
    }
    cells = {title: [say(one) for one in found] for title, say in columns.items()}
    told = {title: column for title, column in cells.items() if any(column)}
    return tuple(told), list(zip(*told.values(), strict=True))


def _quota(one: Health, at: Callable[[datetime | None], str]) -> str:
    quota = one.quota
    if quota is None:
        return ""
    of = "" if quota.limit is None else f" of {quota.limit}"
    return f"{quota.remaining}{of}" + (f" until {at(quota.resets_at)}" if quota.resets_at else "")


def _spent(one: Health) -> str:
    standing = one.standing
    if standing.spent is None:
        return ""
    of = "" if standing.budget is None else f" of {wording.money(standing.budget, standing.currency, 'en')}"
    return f"{wording.money(standing.spent, standing.currency, 'en')}{of}"


def to_do(found: Sequence[Health]) -> Iterator[str]:
    """A line for every trouble that is there or to be expected."""
    for one in found:
        advice = [f"advice.{one.advice}"] if one.advice else []
        for key in (*advice, *(f"warning.{warning}" for warning in one.warnings)):
            yield f"{one.channel.name}: {WORDS(f'health.{key}')}"


def facts(one: Health) -> dict[str, Any]:
    """The same as values; times in UTC."""
    row, standing = one.channel, one.standing
    return {
        "kind": row.kind,
        "state": one.state,
        "last_heard_at": row.last_heard_at,
        "last_success_at": row.last_success_at,
        "erring_since": one.erring_since,
        "last_error": row.last_error,
        "next_poll_at": _stamped(one.next_poll),
        "requests_left": one.quota.remaining if one.quota else None,
        "requests_of": one.quota.limit if one.quota else None,
        "requests_reset_at": _stamped(one.quota.resets_at) if one.quota else None,
        "login_until": _stamped(standing.expires_at),
        "spent": standing.spent,
        "budget": standing.budget,
        "currency": standing.currency or None,
        "silent_since": _stamped(one.silent_since),
        "outages": one.outages,
        "gaps": one.gaps,
        "advice": one.advice,
        "warnings": one.warnings,
    }


def _stamped(moment: datetime | None) -> str | None:
    return clock.stamp(moment) if moment else None
