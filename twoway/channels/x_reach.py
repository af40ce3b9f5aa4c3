"""How far X reaches back, and how long it may take to show what was written."""

from datetime import timedelta

SEARCH = timedelta(days=7) - timedelta(minutes=10)
"""How far back X's search goes."""
MESSAGES = timedelta(days=30) - timedelta(minutes=10)
"""How far back X gives direct messages."""
MARGIN = timedelta(hours=1)
"""How far X's clock may differ from ours."""
LAG = 120
"""Seconds after which what cannot be found is certainly not there."""
