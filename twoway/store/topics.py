"""Topics of mentions, as they were found when they were judged."""

from twoway.store.database import Store

_OF_CONVERSATION = """
SELECT t.name FROM mentions m JOIN topics t ON t.mention_id = m.id WHERE m.conversation_id = ?
GROUP BY t.name ORDER BY max(t.similarity) DESC, t.name
"""


def of_mention(store: Store, mention: int) -> list[str]:
    """What a mention is about, the nearest first."""
    sql = "SELECT name FROM topics WHERE mention_id = ? ORDER BY similarity DESC, name"
    return [row[0] for row in store.read().execute(sql, (mention,))]


def of_conversation(store: Store, conversation: int) -> list[str]:
    """What the mentions of a conversation are about, the nearest first."""
    return [row[0] for row in store.read().execute(_OF_CONVERSATION, (conversation,))]
