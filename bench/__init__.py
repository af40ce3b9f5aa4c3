"""How the desk's questions to its file grow with it. For people; no test depends on a time."""
