-- What a person promised to do by a time, such as to call on Tuesday. `text` is personal; it goes with the conversation.
CREATE TABLE follow_ups (
  id INTEGER PRIMARY KEY,
  conversation_id INTEGER NOT NULL REFERENCES conversations (id),
  text TEXT NOT NULL,
  due_at TEXT NOT NULL CHECK (due_at GLOB '????-??-??T??:??:??.??????Z'),
  user_id INTEGER NOT NULL REFERENCES users (id),
  created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.??????Z'),
  -- When it came due and somebody was told; when and by whom it was done.
  raised_at TEXT CHECK (raised_at GLOB '????-??-??T??:??:??.??????Z'),
  done_at TEXT CHECK (done_at GLOB '????-??-??T??:??:??.??????Z'),
  done_by INTEGER REFERENCES users (id),
  CHECK ((done_at IS NULL) = (done_by IS NULL))
) STRICT;
CREATE INDEX follow_ups_open ON follow_ups (conversation_id, due_at) WHERE done_at IS NULL;
CREATE INDEX follow_ups_to_raise ON follow_ups (due_at) WHERE done_at IS NULL AND raised_at IS NULL;
CREATE INDEX follow_ups_by_conversation ON follow_ups (conversation_id, id);
