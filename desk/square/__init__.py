"""The square: the built-in platform where anyone plays the customer; an app, a port and a file of its own."""

from desk.square.app import create_app
from desk.square.board import Board, Rules

__all__ = ["Board", "Rules", "create_app"]
