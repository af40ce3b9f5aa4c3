"""How the embedded model is made: decode the base, prune its vocabulary, fine-tune, export. Needs the extra `train`."""
