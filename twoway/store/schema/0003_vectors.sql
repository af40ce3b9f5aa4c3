-- What a mention is about. All of it is personal data: it goes when the words are edited, deleted or erased.

-- As one encoder has it, a byte a cell; vectors of different encoders say nothing about each other.
CREATE TABLE vectors (
  mention_id INTEGER PRIMARY KEY,
  mention_version INTEGER NOT NULL,
  encoder TEXT NOT NULL CHECK (encoder <> ''),
  scale REAL NOT NULL CHECK (scale > 0),
  cells BLOB NOT NULL CHECK (length(cells) > 0),
  FOREIGN KEY (mention_id, mention_version) REFERENCES mention_versions (mention_id, version)
) STRICT;

-- Mentions that say the same: all of them name the one that was heard first, which is here too.
CREATE TABLE likenesses (
  mention_id INTEGER PRIMARY KEY REFERENCES mentions (id),
  first_id INTEGER NOT NULL REFERENCES mentions (id)
) STRICT;
CREATE INDEX likenesses_by_first ON likenesses (first_id, mention_id);

-- Which of the configuration's topics a mention is about, by their names.
CREATE TABLE topics (
  mention_id INTEGER NOT NULL REFERENCES mentions (id),
  name TEXT NOT NULL CHECK (name <> ''),
  similarity REAL NOT NULL,
  PRIMARY KEY (mention_id, name)
) STRICT;
CREATE INDEX topics_by_name ON topics (name, mention_id);
