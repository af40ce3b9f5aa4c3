"""The model that ships with the desk: one encoder, five heads, no network (see card.md)."""
