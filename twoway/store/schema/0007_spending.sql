-- What asking and answering on a channel cost, by month and purpose: what was set aside for requests that are under way
-- or whose answer never came stays counted. In millionths of the channel's currency.
CREATE TABLE spending (
  channel_id INTEGER NOT NULL REFERENCES channels (id),
  month TEXT NOT NULL CHECK (month GLOB '????-??'),
  purpose TEXT NOT NULL CHECK (purpose <> ''),
  millionths INTEGER NOT NULL CHECK (millionths >= 0),
  PRIMARY KEY (channel_id, month, purpose)
) STRICT, WITHOUT ROWID;
