-- What an answer made elsewhere belongs to by the platform's names, as long as no conversation is known: whatever brings
-- the conversation takes the answer along, with the version that the conversation has then. The columns stand in the
-- order of the key, else older versions of SQLite take a sound file for a broken one.
CREATE TABLE outside_names (
  channel_id INTEGER NOT NULL REFERENCES channels (id),
  kind TEXT NOT NULL CHECK (kind IN ('reference', 'thread')),
  name TEXT NOT NULL CHECK (name <> ''),
  outside_id INTEGER NOT NULL REFERENCES outside_answers (id) ON DELETE CASCADE,
  PRIMARY KEY (channel_id, kind, name, outside_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX outside_names_by_answer ON outside_names (outside_id);
