"""How near is near: cosines between vectors of the model that ships. With another encoder they are chosen anew."""

ALIKE = 0.5
"""A net, not a verdict: of copies that were lightly edited 99 in 100 are nearer than this, and their words decide."""
SIMILAR = 0.6
"""Of two questions to a bank so near, the nearest is of the same of 77 kinds in seven cases of eight."""
ABOUT = 0.2
"""So near to a topic's sentence are two or three of a hundred texts; topics are a hint, not a count."""
