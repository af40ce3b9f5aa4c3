-- What an alert is about besides its conversation, by ids and figures, never by a person's words; and which step of its
-- rule's escalation it is, 0 being the first word.
ALTER TABLE alerts ADD COLUMN mention_id INTEGER REFERENCES mentions (id);
ALTER TABLE alerts ADD COLUMN delivery_id INTEGER REFERENCES deliveries (id);
ALTER TABLE alerts ADD COLUMN facts TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(facts));
ALTER TABLE alerts ADD COLUMN level INTEGER NOT NULL DEFAULT 0 CHECK (level >= 0);
-- When it was first tried; with which other alert it is told, whose message counts it; or why nobody is told.
ALTER TABLE alerts ADD COLUMN begun_at TEXT CHECK (begun_at GLOB '????-??-??T??:??:??.??????Z');
ALTER TABLE alerts ADD COLUMN told_with INTEGER REFERENCES alerts (id);
ALTER TABLE alerts ADD COLUMN left_out TEXT;
UPDATE alerts SET begun_at = created_at WHERE attempts > 0;

DROP INDEX alerts_unsent;
CREATE INDEX alerts_due ON alerts (not_before) WHERE sent_at IS NULL AND told_with IS NULL;
CREATE INDEX alerts_waiting ON alerts (rule, level, not_before) WHERE sent_at IS NULL AND begun_at IS NULL;
CREATE INDEX alerts_begun ON alerts (rule, level, begun_at) WHERE begun_at IS NOT NULL AND told_with IS NULL;
CREATE INDEX alerts_by_subject ON alerts (conversation_id, rule, level, begun_at);
CREATE INDEX alerts_together ON alerts (told_with) WHERE told_with IS NOT NULL;

-- The desk examines itself once a local date.
CREATE TABLE audits (
  local_date TEXT NOT NULL PRIMARY KEY CHECK (local_date GLOB '????-??-??'),
  claimed_at TEXT NOT NULL CHECK (claimed_at GLOB '????-??-??T??:??:??.??????Z'),
  ended_at TEXT CHECK (ended_at GLOB '????-??-??T??:??:??.??????Z'),
  broken INTEGER,
  CHECK ((ended_at IS NULL) = (broken IS NULL))
) STRICT;
