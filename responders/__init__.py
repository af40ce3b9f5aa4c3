"""ANSWER: queue, drafts, checks and delivery, one file a platform for sending."""
