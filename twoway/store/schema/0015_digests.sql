-- A digest comes daily, weekly or both: one of each kind a recipient and local date.
ALTER TABLE digests RENAME TO digests_daily;
CREATE TABLE digests (
  id INTEGER PRIMARY KEY,
  recipient TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('daily', 'weekly')),
  local_date TEXT NOT NULL CHECK (local_date GLOB '????-??-??'),
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before TEXT NOT NULL CHECK (not_before GLOB '????-??-??T??:??:??.??????Z'),
  sent_at TEXT CHECK (sent_at GLOB '????-??-??T??:??:??.??????Z'),
  last_error TEXT,
  UNIQUE (recipient, kind, local_date)
) STRICT;
INSERT INTO digests (id, recipient, kind, local_date, attempts, not_before, sent_at, last_error)
  SELECT id, recipient, 'daily', local_date, attempts, not_before, sent_at, last_error FROM digests_daily;
DROP TABLE digests_daily;

-- Who took themselves off the list by the link in their mail; the configuration still names them.
CREATE TABLE unsubscribed (
  recipient TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('daily', 'weekly')),
  at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.??????Z'),
  PRIMARY KEY (recipient, kind)
) STRICT;

-- What a period brought, without the history that an import may have brought on the same day.
CREATE INDEX mentions_told ON mentions (channel_id, heard_at, judgement_id) WHERE history = 0 AND kind = 'message';
-- What is owed and what is to be checked is counted by channel without reading a conversation.
CREATE INDEX conversations_overdue ON conversations (channel_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX conversations_noise ON conversations (channel_id) WHERE lane = 'noise' AND state = 'open';
