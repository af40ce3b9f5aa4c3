"""HEAR: collectors, one file a platform, and what decides whether a text is a mention."""
