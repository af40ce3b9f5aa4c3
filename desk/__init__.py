"""The top floor, what people touch: web inbox, alerts, digest, command line, wiring and schedule."""
