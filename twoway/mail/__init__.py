"""Mail: pure reading and writing of messages, and the two protocols that carry them (`imap.py`, `smtp.py`)."""
