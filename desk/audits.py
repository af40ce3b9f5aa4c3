"""The desk examines itself every night; a promise that does not hold calls somebody."""

from datetime import time, timedelta

import structlog

from desk.wiring import Desk
from twoway import clock
from twoway.store import audits
from twoway.store.audit import audit

log = structlog.get_logger(__name__)

AT = time(4)
"""Of the day, on the brand's clocks."""
LEASE = timedelta(hours=2)
"""A million mentions take a minute or two."""


def audit_once(desk: Desk) -> bool:
    """Make the audit of today, once its hour has come; whether it was to be made. Raises StoreError only."""
    local = clock.now().astimezone(desk.config.desk.timezone)
    today = local.date().isoformat()
    if local.time() < AT or not audits.claim(desk.store, today, LEASE):
        return False
    report = audit(desk.store)
    audits.ended(desk.store, today, report)
    log.info("audited", ok=report.ok, broken=[check.name for check in report.broken()])
    return True
