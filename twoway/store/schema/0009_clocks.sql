-- What a channel promises: `answer_seconds` of working time to the first answer, `next_seconds` to each further one (NULL:
-- as long), after how much of it a warning comes, and its calendar, as twoway/hours.py writes it.
ALTER TABLE channels ADD COLUMN next_seconds INTEGER CHECK (next_seconds > 0);
ALTER TABLE channels ADD COLUMN warn_percent INTEGER NOT NULL DEFAULT 75 CHECK (warn_percent BETWEEN 1 AND 99);
ALTER TABLE channels ADD COLUMN hours TEXT NOT NULL DEFAULT '{"closed":[],"region":"","shifts":[],"zone":"UTC"}'
  CHECK (json_valid(hours));

-- Where a lane of a channel has targets of its own.
CREATE TABLE lane_targets (
  channel_id INTEGER NOT NULL REFERENCES channels (id),
  lane TEXT NOT NULL REFERENCES lanes (name),
  answer_seconds INTEGER NOT NULL CHECK (answer_seconds > 0),
  next_seconds INTEGER NOT NULL CHECK (next_seconds > 0),
  PRIMARY KEY (channel_id, lane)
) STRICT;

-- The clock of what is owed: which promise it runs for, when it warns, and what was raised of it already. In a lane that
-- does not run against time it stands still since `stopped_at`; `stopped_seconds` are the working time it stood before.
ALTER TABLE conversations ADD COLUMN target TEXT NOT NULL DEFAULT 'first' CHECK (target IN ('first', 'next'));
ALTER TABLE conversations ADD COLUMN warn_at TEXT CHECK (warn_at GLOB '????-??-??T??:??:??.??????Z');
ALTER TABLE conversations ADD COLUMN warned_at TEXT CHECK (warned_at GLOB '????-??-??T??:??:??.??????Z');
ALTER TABLE conversations ADD COLUMN breached_at TEXT CHECK (breached_at GLOB '????-??-??T??:??:??.??????Z');
ALTER TABLE conversations ADD COLUMN stopped_at TEXT CHECK (stopped_at GLOB '????-??-??T??:??:??.??????Z');
ALTER TABLE conversations ADD COLUMN stopped_seconds INTEGER NOT NULL DEFAULT 0 CHECK (stopped_seconds >= 0);
CREATE INDEX conversations_to_warn ON conversations (warn_at) WHERE warn_at IS NOT NULL AND warned_at IS NULL;
CREATE INDEX conversations_to_breach ON conversations (due_at) WHERE due_at IS NOT NULL AND breached_at IS NULL;
-- What was owed before there were warnings, by the promise that then held.
UPDATE conversations SET warn_at = due_at WHERE due_at IS NOT NULL;
UPDATE conversations SET stopped_at = awaiting_since WHERE awaiting_since IS NOT NULL AND due_at IS NULL;
