"""The score of a conversation, part by part; its rank is its lane's and the sum of these."""

import json
import sqlite3

from twoway import priority
from twoway.priority import Score
from twoway.text import canonical


def of(db: sqlite3.Connection, conversation: int) -> dict[str, int]:
    """The points of a conversation."""
    row = db.execute("SELECT score FROM conversations WHERE id = ?", (conversation,)).fetchone()
    points: dict[str, int] = json.loads(row["score"])
    return points


def put(db: sqlite3.Connection, conversation: int, score: Score) -> None:
    """Let these points count, in whichever lane the conversation is."""
    db.execute(
        "UPDATE conversations SET score = ?, rank = ? + (SELECT l.rank FROM lanes l WHERE l.name = lane) WHERE id = ?",
        (canonical(dict(score)), sum(score.values()), conversation),
    )


def put_time(db: sqlite3.Connection, conversation: int) -> None:
    """Let it count how little time is left, by what was raised of it."""
    sql = "SELECT warned_at, breached_at FROM conversations WHERE id = ?"
    row = db.execute(sql, (conversation,)).fetchone()
    points = priority.of_time(warned=row["warned_at"] is not None, breached=row["breached_at"] is not None)
    score = of(db, conversation)
    if score.get("time", 0) != points:
        rest = {part: value for part, value in score.items() if part != "time"}
        put(db, conversation, {**rest, "time": points} if points else rest)
