"""How near is near: cosines of the vectors of the model that ships, chosen on texts (see `models/embedded/card.md`)."""

ALIKE = 0.8
"""Below it two texts hardly ever share most of their words."""
SIMILAR = 0.5
"""From here on what was answered to the one may help to answer the other."""
ABOUT = 0.25
"""From here on a text is about a topic."""
