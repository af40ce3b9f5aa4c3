"""Rules of the house, kept by tests over the files themselves."""
