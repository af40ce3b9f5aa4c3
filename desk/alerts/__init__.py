"""Alerts: what calls a person in chat at once.

cause (a row of the causing transaction) -> still so? now, later, or with others? -> claim -> one message form
-> every receiver -> done, or again later -> nobody takes it: the next receiver
"""

from desk.alerts.sending import alert_once

__all__ = ["alert_once"]
