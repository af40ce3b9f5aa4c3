"""How good a judge is: its guesses held against labels, as pure functions over plain values."""
