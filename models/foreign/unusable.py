"""What goes wrong with a model of somebody else's."""


class Unusable(Exception):
    """It cannot judge; says in plain words why, and what to do."""
