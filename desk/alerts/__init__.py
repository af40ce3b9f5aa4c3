"""Alerts: what calls a person in chat at once.

cause (a row of the causing transaction) -> claim -> one message form -> every receiver -> done, or again later
"""

from desk.alerts.sending import alert_once

__all__ = ["alert_once"]
