-- The square's own file: it stands for a platform's servers, the desk never opens it.
CREATE TABLE IF NOT EXISTS accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  handle TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  token_sha256 TEXT UNIQUE,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS posts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES accounts(id),
  text TEXT NOT NULL,
  visibility TEXT NOT NULL CHECK (visibility IN ('public', 'private')),
  in_reply_to INTEGER REFERENCES posts(id),
  thread INTEGER NOT NULL,
  -- whom a private thread is with; the other side is always the brand
  customer INTEGER REFERENCES accounts(id),
  key TEXT,
  version INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL,
  edited_at TEXT,
  deleted_at TEXT,
  CHECK ((visibility = 'private') = (customer IS NOT NULL)),
  CHECK (deleted_at IS NULL OR text = '')
) STRICT;
CREATE INDEX IF NOT EXISTS posts_of_thread ON posts(thread, id);
CREATE INDEX IF NOT EXISTS posts_of_account ON posts(account, id);
CREATE INDEX IF NOT EXISTS posts_of_customer ON posts(customer, id) WHERE customer IS NOT NULL;
CREATE INDEX IF NOT EXISTS posts_of_key ON posts(account, key) WHERE key IS NOT NULL;

-- What the brand is told about; a post is told once.
CREATE TABLE IF NOT EXISTS notices (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  post INTEGER NOT NULL UNIQUE REFERENCES posts(id),
  reason TEXT NOT NULL CHECK (reason IN ('mention', 'thread', 'message')),
  at TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS activity (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('posted', 'edited', 'deleted')),
  post INTEGER NOT NULL REFERENCES posts(id),
  version INTEGER NOT NULL,
  at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS activity_of_post ON activity(post, id);
