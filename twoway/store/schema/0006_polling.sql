-- When a channel was last asked, and before when it is not to be asked again: the platform said so.
ALTER TABLE channels ADD COLUMN polled_at TEXT CHECK (polled_at GLOB '????-??-??T??:??:??.??????Z');
ALTER TABLE channels ADD COLUMN poll_after TEXT CHECK (poll_after GLOB '????-??-??T??:??:??.??????Z');

-- How an account stands with its platform, as the last poll left it. Money is decimal text.
CREATE TABLE standings (
  channel_id INTEGER PRIMARY KEY REFERENCES channels (id),
  at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.??????Z'),
  remaining INTEGER CHECK (remaining >= 0),
  allowed INTEGER CHECK (allowed >= 0),
  resets_at TEXT CHECK (resets_at GLOB '????-??-??T??:??:??.??????Z'),
  expires_at TEXT CHECK (expires_at GLOB '????-??-??T??:??:??.??????Z'),
  spent TEXT,
  budget TEXT,
  currency TEXT NOT NULL
) STRICT;

-- Stretches in which a channel could not be read as it should; open while it lasts, with the last words that were said.
CREATE TABLE outages (
  id INTEGER PRIMARY KEY,
  channel_id INTEGER NOT NULL REFERENCES channels (id),
  since TEXT NOT NULL CHECK (since GLOB '????-??-??T??:??:??.??????Z'),
  until TEXT CHECK (until GLOB '????-??-??T??:??:??.??????Z'),
  error TEXT NOT NULL,
  CHECK (until >= since)
) STRICT;
CREATE UNIQUE INDEX outages_open ON outages (channel_id) WHERE until IS NULL;
CREATE INDEX outages_by_channel ON outages (channel_id, since);
