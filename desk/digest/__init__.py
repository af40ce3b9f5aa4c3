"""The daily and the weekly digest: what matters, oldest debt first, in a mail that takes a minute to read.

due (a local hour, a local date) -> claim -> report (values) -> page (words) -> HTML and plain text -> SMTP

Whoever gets one leaves the list, and comes back, by the link at its end (leaving).
"""

from desk.digest.sending import digest_once, preview

__all__ = ["digest_once", "preview"]
