"""What the configuration promises on a channel: how soon, lane by lane, and in which hours."""

from datetime import timedelta

from twoway.config import Common, Config
from twoway.config.hours import LaneName, shifts
from twoway.hours import Calendar
from twoway.store.promises import Promise, Promises

LANES: tuple[LaneName, ...] = ("unhappy", "super", "severe", "answer")


def promises(config: Config, common: Common) -> Promises:
    """A channel's own words go before the desk's; a lane of the desk's never makes a channel slower."""
    channel = Promise(common.answer_within, common.next_answer_within or common.answer_within)
    lanes = {lane: _promise(config, common, channel, lane) for lane in LANES}
    return Promises(
        next=channel.next,
        calendar=_calendar(config, common),
        warn_percent=config.clock.warn_percent,
        lanes={lane: promise for lane, promise in lanes.items() if promise != channel},
    )


def _promise(config: Config, common: Common, channel: Promise, lane: LaneName) -> Promise:
    desk = getattr(config.lanes, lane, None)
    first = desk.answer_within if desk else None
    further = (desk.next_answer_within or first) if desk else None
    own = common.answer_within_by_lane.get(lane)
    own_next = common.next_answer_within_by_lane.get(lane, own)
    return Promise(own or _sooner(channel.first, first), own_next or _sooner(channel.next, further))


def _sooner(channel: timedelta, lane: timedelta | None) -> timedelta:
    return min(channel, lane) if lane else channel


def _calendar(config: Config, common: Common) -> Calendar:
    hours = config.clock.hours if common.hours is None else common.hours
    region = config.clock.holidays if common.holidays is None else common.holidays
    zone = common.timezone or config.desk.timezone
    return Calendar(str(zone), tuple(s for written in hours for s in shifts(written)), region, config.clock.closed)
