"""``python tests/chaos/counting.py FOLDER``: what stands on the platform, compared with what was approved.

It knows nothing of the desk's code: it reads the platform's own file and its record of requests, and asks the desk's
file (and every file that a restored backup replaced) in plain SQL what was approved and what was heard.
"""

import json
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

UNDER_WAY = ("pending", "sending", "unknown")


@dataclass
class Count:
    """Answers by what became of them; ``offending`` names what should not be."""

    approved: int = 0
    once: int = 0
    twice: int = 0
    never: int = 0
    waiting: int = 0
    unreviewed: int = 0
    lost: int = 0
    hanging: int = 0
    faults: int = 0
    offending: list[str] = field(default_factory=list)

    def blame(self, what: str, why: str) -> None:
        """One more of ``what``, and which."""
        setattr(self, what, getattr(self, what) + 1)
        self.offending.append(f"{what}: {why}")


@dataclass
class Answer:
    """A delivery: its state, and each part's words, number of posts, and whether the desk has a receipt."""

    id: int
    conversation: int
    state: str
    lost: bool
    parts: list[tuple[str, int, bool]]

    @property
    def name(self) -> str:
        """How it is found again."""
        return f"delivery {self.id}{' (before the restore)' if self.lost else ''}, {self.state}"


def ask(path: Path, sql: str, *values: Any) -> list[sqlite3.Row]:
    """The rows of a query, with the file only read."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)
    connection.row_factory = sqlite3.Row
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.close()


def copy(source: Path, place: Path) -> None:
    """A copy of a database as it is at one moment."""
    with sqlite3.connect(source, timeout=10) as old, sqlite3.connect(place) as new:
        old.backup(new)


def lines(path: Path) -> Iterator[Any]:
    """The entries of a JSON Lines file; a last one without its end is still being written."""
    if path.exists():
        for line in path.read_text("utf-8").split("\n")[:-1]:
            yield json.loads(line)


def count(folder: Path, brand: str = "wanderlust") -> Count:
    """Everything there is to say about a world."""
    found = Count()
    posts = _posts(folder, brand)
    texts = Counter(post["text"] for post in posts)
    answers = list(_answers(folder, texts))
    for answer in answers:
        _judge(found, answer)
    _judge_posts(found, folder, posts, answers)
    waiting = {answer.conversation for answer in answers if answer.state == "unknown"}
    _judge_hearing(found, folder, brand, waiting)
    found.faults = sum(1 for entry in lines(folder / "received.jsonl") if entry["fault"])
    return found


def unsettled(folder: Path, doubts_end: bool) -> bool:
    """Whether the desk still has something to do, by its own file; ``doubts_end``: no person is needed for any."""
    doubt = "unknown" if doubts_end else "pending"
    sql = (
        f"SELECT (SELECT count(*) FROM deliveries WHERE state IN ('pending', 'sending', '{doubt}'))"
        " + (SELECT count(*) FROM mentions WHERE deleted_at IS NULL AND history = 0"
        "    AND (judgement_id IS NULL OR queued = 0))"
        " + (SELECT count(*) FROM conversations c WHERE c.awaiting_since IS NOT NULL AND NOT EXISTS"
        "    (SELECT 1 FROM deliveries d WHERE d.conversation_id = c.id AND d.state = 'unknown'))"
    )
    return bool(ask(folder / "twoway.db", sql)[0][0])


def _posts(folder: Path, brand: str) -> list[sqlite3.Row]:
    sql = "SELECT p.* FROM posts p JOIN accounts a ON a.id = p.account WHERE a.handle = ? ORDER BY p.id"
    return ask(folder / "square.db", sql, brand)


def _answers(folder: Path, texts: Counter[str]) -> Iterator[Answer]:
    """Every answer that was ever approved, in the newest file that knows of it."""
    seen: set[str] = set()
    replaced = sorted(folder.glob("replaced-*.db"), reverse=True)
    for file in (folder / "twoway.db", *replaced):
        rows: dict[int, list[sqlite3.Row]] = defaultdict(list)
        for row in ask(file, _PARTS):
            rows[row["id"]].append(row)
        for parts in rows.values():
            first = parts[0]
            if first["sha256"] in seen:
                continue
            seen.add(first["sha256"])
            words = json.loads(first["body"])["parts"]
            told = [(words[row["number"]], texts[words[row["number"]]], row["part"] == "sent") for row in parts]
            yield Answer(first["id"], first["conversation_id"], first["state"], file in replaced, told)


_PARTS = (
    "SELECT d.id, d.conversation_id, d.state, d.sha256, w.body, p.number, p.state AS part FROM deliveries d"
    " JOIN previews w ON w.sha256 = d.sha256 JOIN parts p ON p.delivery_id = d.id ORDER BY d.id, p.number"
)


def _judge(found: Count, answer: Answer) -> None:
    """An answer whose approval stands has to be there once; where nobody can know, it waits for a person."""
    times = [many for _, many, _ in answer.parts]
    unsent = [many for _, many, sent in answer.parts if not sent]
    stands = answer.state == "sent" or (answer.state in UNDER_WAY and not answer.lost)
    found.approved += stands
    if max(times) > 1:
        found.blame("twice", f"{answer.name}: {times}")
    elif answer.state == "sent":
        _judge_sent(found, answer, times)
    elif not stands:
        # Withdrawn, refused, or forgotten by a restore: what has a receipt is there, and nothing else may be. What a
        # replaced file had on its way may be there or not.
        if (sum(unsent) and not answer.lost) or sum(times) < len(times) - len(unsent):
            found.blame("unreviewed" if sum(unsent) else "never", f"{answer.name}: {times}, {answer.parts[0][0][:20]}")
    elif answer.state == "unknown":
        found.waiting += 1
    elif min(times) == 0:
        found.blame("never", f"{answer.name}: {times}")
    else:
        found.once += 1


def _judge_sent(found: Count, answer: Answer, times: list[int]) -> None:
    if min(times) == 0:
        found.blame("never", f"{answer.name}: {times}")
    else:
        found.once += 1


def _judge_posts(found: Count, folder: Path, posts: list[sqlite3.Row], answers: list[Answer]) -> None:
    approved = {text for answer in answers for text, _, _ in answer.parts}
    natives = set(lines(folder / "natives.jsonl"))
    for post in posts:
        if post["id"] not in natives and post["text"] not in approved:
            found.blame("unreviewed", f"post {post['id']}: {post['text'][:40]}")
    for stale in _stale(folder, {post["text"]: post for post in posts if post["id"] not in natives}):
        found.blame("unreviewed", stale)


def _stale(folder: Path, posts: dict[str, sqlite3.Row]) -> Iterator[str]:
    """Answers sent although the platform had just shown the desk words that whoever approved it had not seen."""
    saw = {text: note for note in lines(folder / "approved.jsonl") for text in note["parts"][:1]}
    looked: dict[tuple[str, str], str] = {}
    for entry in lines(folder / "received.jsonl"):
        if entry["path"].endswith("/thread") and entry["status"] == 200 and entry["fault"] in ("", "slow", "shuffle"):
            looked[entry["agent"], entry["path"].split("/")[-2]] = entry["at"]
        post = posts.get(entry["text"]) if entry["method"] == "POST" and entry["status"] == 201 else None
        at = looked.get((entry["agent"], str(post["in_reply_to"]))) if post else None
        if post and at and entry["text"] in saw:
            yield from _unseen(folder, post, saw[entry["text"]], at)


def _unseen(folder: Path, post: sqlite3.Row, note: dict[str, Any], at: str) -> Iterator[str]:
    newer = ask(
        folder / "square.db",
        "SELECT p.id FROM posts p JOIN posts t ON t.id = ? WHERE p.thread = t.thread AND p.account = t.account"
        " AND p.id > t.id AND p.created_at < ? AND coalesce(p.deleted_at, '9') > ?",
        post["in_reply_to"], at, at,
    )  # fmt: skip
    if unseen := [row["id"] for row in newer if str(row["id"]) not in note["saw"]]:
        yield f"post {post['id']} answers without having seen {unseen}"
    sql = "SELECT 1 FROM activity WHERE post = ? AND kind = 'edited' AND version > ? AND at < ?"
    if ask(folder / "square.db", sql, post["in_reply_to"], note["version"], at):
        yield f"post {post['id']} answers what {post['in_reply_to']} no longer says"


def _judge_hearing(found: Count, folder: Path, brand: str, waiting: set[int]) -> None:
    heard = {row["remote_id"]: row for row in ask(folder / "twoway.db", "SELECT * FROM mentions")}
    sql = "SELECT p.* FROM posts p JOIN notices n ON n.post = p.id"
    told = ask(folder / "square.db", sql)
    for post in told:
        mention = heard.get(str(post["id"]))
        if mention is None and post["deleted_at"] is None:
            found.blame("lost", f"post {post['id']} was never heard")
        elif mention is not None and (mention["deleted_at"] is None) != (post["deleted_at"] is None):
            found.blame("lost", f"post {post['id']} was deleted, unheard")
        elif mention is not None and post["deleted_at"] is None and mention["text"] != post["text"]:
            found.blame("lost", f"post {post['id']} was edited, unheard")
    aside = {row["thread"] for row in heard.values() if row["conversation_id"] in waiting}
    for row in ask(folder / "square.db", _UNANSWERED, brand):
        if str(row["thread"]) not in aside:
            found.blame("hanging", f"post {row['id']} in thread {row['thread']} has no answer after it")


# Words of a customer, as they were last posted or edited, after which nothing of the brand stands in their thread.
_UNANSWERED = """
WITH ours AS (SELECT p.thread, a.id FROM posts p JOIN accounts c ON c.id = p.account AND c.handle = ?
              JOIN activity a ON a.post = p.id AND a.kind = 'posted')
SELECT p.id, p.thread FROM posts p JOIN notices n ON n.post = p.id
WHERE p.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM ours o WHERE o.thread = p.thread
  AND o.id > (SELECT max(a.id) FROM activity a WHERE a.post = p.id AND a.kind IN ('posted', 'edited')))
"""


if __name__ == "__main__":
    print(json.dumps(asdict(count(Path(sys.argv[1])))))  # noqa: T201
