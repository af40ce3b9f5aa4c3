-- Whether a conversation wants a proposal: no draft is in work, and none was begun since the customer last wrote.
ALTER TABLE conversations ADD COLUMN undrafted INTEGER NOT NULL DEFAULT 1 CHECK (undrafted IN (0, 1));
UPDATE conversations SET undrafted = 0 WHERE EXISTS (
  SELECT 1 FROM drafts d WHERE d.conversation_id = conversations.id
    AND (d.state IN ('writing', 'submitted', 'returned') OR d.created_at >= conversations.last_heard_at));
CREATE INDEX conversations_undrafted ON conversations (rank DESC, due_at)
  WHERE undrafted = 1 AND state = 'open' AND due_at IS NOT NULL;
-- What is in doubt or failed, by conversation: the list stops where its page is full.
DROP INDEX deliveries_failed;
CREATE INDEX deliveries_in_trouble ON deliveries (conversation_id, id) WHERE state IN ('unknown', 'failed');
