"""The ground floor: words, states, contracts, store, configuration; everything else stands on it."""

__version__ = "0.1.0"
