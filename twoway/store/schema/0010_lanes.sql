-- Customers who reach somebody by name first: whose lane it is, by login.
INSERT INTO lanes (name, rank, clock) VALUES ('unhappy', 500, 1), ('super', 400, 1);
ALTER TABLE lanes ADD COLUMN owner TEXT;

-- What people say of an author, such as "VIP"; whoever said it first is named.
CREATE TABLE author_tags (
  author_id INTEGER NOT NULL REFERENCES authors (id),
  tag TEXT NOT NULL CHECK (tag <> ''),
  user_id INTEGER NOT NULL REFERENCES users (id),
  at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.??????Z'),
  PRIMARY KEY (author_id, tag)
) STRICT;

-- The score of a conversation, part by part: a JSON object of points, below 100 together. `rank` is its lane's and these.
ALTER TABLE conversations ADD COLUMN score TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(score));
UPDATE conversations SET
  score = json_object('earlier', min(99, max(0, rank - (SELECT l.rank FROM lanes l WHERE l.name = lane)))),
  rank = (SELECT l.rank FROM lanes l WHERE l.name = lane)
    + min(99, max(0, rank - (SELECT l.rank FROM lanes l WHERE l.name = lane)));
