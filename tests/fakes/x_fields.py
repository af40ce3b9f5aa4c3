"""The fields, expansions and parameters that X knows: https://docs.x.com/x-api/fundamentals/fields."""

TWEET_FIELDS = frozenset({
    "article", "attachments", "author_id", "community_id", "context_annotations", "conversation_id",
    "created_at", "display_text_range", "edit_controls", "edit_history_tweet_ids", "entities", "geo", "id",
    "in_reply_to_user_id", "lang", "media_metadata", "note_tweet", "possibly_sensitive", "public_metrics",
    "referenced_tweets", "reply_settings", "scopes", "source", "text", "withheld",
})  # fmt: skip
USER_FIELDS = frozenset({
    "created_at", "description", "entities", "id", "location", "name", "pinned_tweet_id", "profile_image_url",
    "protected", "public_metrics", "receives_your_dm", "url", "username", "verified", "verified_type", "withheld",
})  # fmt: skip
MEDIA_FIELDS = frozenset({
    "alt_text", "duration_ms", "height", "media_key", "preview_image_url", "public_metrics", "type", "url",
    "variants", "width",
})  # fmt: skip
EXPANSIONS = frozenset({
    "article.cover_media", "article.media_entities", "attachments.media_keys", "attachments.media_source_tweet",
    "attachments.poll_ids", "author_id", "edit_history_tweet_ids", "entities.mentions.username",
    "entities.note.mentions.username", "geo.place_id", "in_reply_to_user_id", "referenced_tweets.id",
    "referenced_tweets.id.author_id",
})  # fmt: skip
LISTS = {
    "tweet.fields": TWEET_FIELDS, "user.fields": USER_FIELDS, "media.fields": MEDIA_FIELDS, "expansions": EXPANSIONS,
    "exclude": frozenset({"retweets", "replies"}),
}  # fmt: skip
"""Parameters with several values, and which there are."""
SHOWN = frozenset({"expansions", "tweet.fields", "user.fields", "media.fields", "place.fields", "poll.fields"})
PAGED = SHOWN | {"max_results", "since_id", "until_id", "start_time", "end_time"}
