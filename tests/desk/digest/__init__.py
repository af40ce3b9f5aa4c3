"""The daily mail."""
