"""Promise 3: an answer is there once, whole, and nobody sends it again."""

from twoway.store.audit.asking import Asking, rows


def _deliveries(name: str, asked: str, offending: str) -> Asking:
    return rows(name, asked, "delivery", "deliveries", f"SELECT d.id FROM deliveries d WHERE {offending}")


TWICE = (
    _deliveries(
        "whole",
        "A sent answer has at least one part, and every part is sent.",
        "d.state = 'sent' AND (NOT EXISTS (SELECT 1 FROM parts p WHERE p.delivery_id = d.id)"
        " OR EXISTS (SELECT 1 FROM parts p WHERE p.delivery_id = d.id AND p.state <> 'sent'))",
    ),
    rows(
        "receipts",
        "A sent part has a receipt of its own, and a part with a receipt is sent.",
        "delivery",
        "parts",
        "SELECT p.delivery_id FROM parts p LEFT JOIN receipts r ON r.delivery_id = p.delivery_id AND r.part = p.number"
        " WHERE (p.state = 'sent') <> (r.id IS NOT NULL) OR (p.state = 'sent' AND p.receipt_id IS NOT r.id)",
    ),
    _deliveries(
        "last_receipt",
        "A sent answer names the receipt of its last part and when it was sent.",
        "d.state = 'sent' AND (d.sent_at IS NULL OR d.receipt_id IS NOT (SELECT r.id FROM receipts r"
        " WHERE r.delivery_id = d.id ORDER BY r.part DESC LIMIT 1))",
    ),
    _deliveries(
        "parts",
        "An answer has exactly the parts that were approved, numbered from 0.",
        "EXISTS (SELECT 1 FROM previews w WHERE w.sha256 = d.sha256 AND w.body IS NOT NULL"
        " AND json_array_length(w.body, '$.parts') <> (SELECT count(*) FROM parts p WHERE p.delivery_id = d.id))"
        " OR (SELECT count(*) - 1 - max(p.number) FROM parts p WHERE p.delivery_id = d.id) <> 0",
    ),
    rows(
        "remote_posts",
        "One post on a platform is the receipt of one part only.",
        "receipt",
        "receipts",
        "SELECT r.id FROM receipts r WHERE EXISTS (SELECT 1 FROM receipts s WHERE s.channel_id = r.channel_id"
        " AND s.remote_id = r.remote_id AND s.id < r.id)",
    ),
    rows(
        "keys",
        "No two parts share a key.",
        "delivery",
        "parts",
        "SELECT p.delivery_id FROM parts p WHERE EXISTS (SELECT 1 FROM parts q WHERE q.key = p.key"
        " AND (q.delivery_id, q.number) < (p.delivery_id, p.number))",
    ),
    _deliveries(
        "one_an_approval",
        "An approval has one delivery.",
        "EXISTS (SELECT 1 FROM deliveries e WHERE e.approval_id = d.approval_id AND e.id < d.id)",
    ),
    _deliveries(
        "one_at_a_time",
        "A conversation has one answer on its way.",
        "d.state IN ('pending', 'sending', 'unknown') AND EXISTS (SELECT 1 FROM deliveries e"
        " WHERE e.conversation_id = d.conversation_id AND e.id < d.id"
        " AND e.state IN ('pending', 'sending', 'unknown'))",
    ),
    _deliveries(
        "claims",
        "What is being sent is claimed with a lease, and nothing else is.",
        "(d.state = 'sending') <> (d.claimed_by IS NOT NULL AND d.lease_until IS NOT NULL)",
    ),
    _deliveries(
        "pending",
        "What is to be sent was approved for its conversation as it is now, by somebody who may still approve.",
        "d.state = 'pending' AND NOT EXISTS (SELECT 1 FROM approvals a JOIN conversations c ON c.id = a.conversation_id"
        " JOIN users u ON u.id = a.user_id WHERE a.id = d.approval_id AND a.version = c.version AND u.active = 1"
        " AND u.role IN ('approver', 'admin'))",
    ),
    _deliveries(
        "held",
        "While sending is held no answer is on its way.",
        "d.route = 'api' AND d.state IN ('pending', 'sending')"
        " AND EXISTS (SELECT 1 FROM desk WHERE held_at IS NOT NULL)",
    ),
    rows(
        "own_posts",
        "No answer of ours is also counted as one made elsewhere.",
        "outside answer",
        "outside_answers",
        "SELECT o.id FROM outside_answers o JOIN receipts r ON r.channel_id = o.channel_id"
        " AND r.remote_id = o.remote_id",
    ),
    rows(
        "strays",
        "An answer made elsewhere to words in a conversation is in that conversation.",
        "outside answer",
        "outside_names",
        "SELECT n.outside_id FROM outside_names n JOIN mentions m ON m.channel_id = n.channel_id"
        " AND m.reference = n.name WHERE n.kind = 'reference' AND m.conversation_id IS NOT NULL",
    ),
)
