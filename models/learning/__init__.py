"""Learning from the team: the heads are fitted anew to what people corrected; the encoder stays as it came."""
