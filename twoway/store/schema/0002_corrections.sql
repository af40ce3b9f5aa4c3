-- What a person says of a mention, head by head; NULL: nothing. The words stay in the mention, so that whatever erases or
-- deletes it takes its correction out of every lesson. One a mention: whoever speaks last is heard.
CREATE TABLE corrections (
  id INTEGER PRIMARY KEY,
  mention_id INTEGER NOT NULL UNIQUE,
  mention_version INTEGER NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users (id),
  sentiment TEXT CHECK (sentiment IN ('negative', 'neutral', 'positive')),
  complaint INTEGER CHECK (complaint IN (0, 1)),
  wants_answer INTEGER CHECK (wants_answer IN (0, 1)),
  urgency TEXT CHECK (urgency IN ('calm', 'soon', 'now')),
  noise INTEGER CHECK (noise IN (0, 1)),
  at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.??????Z'),
  CHECK (coalesce(sentiment, complaint, wants_answer, urgency, noise) IS NOT NULL),
  FOREIGN KEY (mention_id, mention_version) REFERENCES mention_versions (mention_id, version)
) STRICT;
