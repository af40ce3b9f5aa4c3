-- The spine. Times are UTC text of 27 characters ending in Z, so that they sort; flags are 0 or 1.
-- Promises that a schema can hold are held here by CHECK, UNIQUE and composite foreign keys.
-- Every table has row ids: table.transform() of sqlite-utils fails on those that have none.

-- What this file is: one row. `demo` alone lets the scripted reviewer work. `marked`: a marker was laid beside the file,
-- by which a restored, copied or moved one is recognised; it is held, and sends nothing, until an admin confirms it.
CREATE TABLE desk (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  instance TEXT NOT NULL CHECK (length(instance) = 32),
  demo INTEGER NOT NULL CHECK (demo IN (0, 1)),
  created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.??????Z'),
  marked INTEGER NOT NULL DEFAULT 0 CHECK (marked IN (0, 1)),
  held_at TEXT CHECK (held_at GLOB '????-??-??T??:??:??.??????Z'),
  held_reason TEXT,
  confirmed_at TEXT CHECK (confirmed_at GLOB '????-??-??T??:??:??.??????Z'),
  confirmed_by INTEGER,
  confirmed_in INTEGER,
  CHECK ((held_at IS NULL) = (held_reason IS NULL)),
  CHECK (held_at IS NULL OR confirmed_at IS NULL),
  CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL) AND (confirmed_at IS NULL) = (confirmed_in IS NULL)),
  FOREIGN KEY (confirmed_in, confirmed_by) REFERENCES sessions (id, user_id)
) STRICT;

CREATE TABLE channels (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  kind TEXT NOT NULL CHECK (kind <> ''),
  -- How soon an answer is promised.
  answer_seconds INTEGER NOT NULL CHECK (answer_seconds > 0),
  -- Whether whoever wrote the words may not approve them; whether an approver who changed submitted words needs somebody
  -- else's yes; how long an approval lasts while its answer has not gone out.
  four_eyes INTEGER NOT NULL DEFAULT 0 CHECK (four_eyes IN (0, 1)),
  second_eyes_on_edits INTEGER NOT NULL DEFAULT 0 CHECK (second_eyes_on_edits IN (0, 1)),
  approval_seconds INTEGER NOT NULL DEFAULT 86400 CHECK (approval_seconds > 0),
  started_at TEXT NOT NULL CHECK (started_at GLOB '????-??-??T??:??:??.??????Z'),
  last_heard_at TEXT CHECK (last_heard_at GLOB '????-??-??T??:??:??.??????Z'),
  last_success_at TEXT CHECK (last_success_at GLOB '????-??-??T??:??:??.??????Z'),
  last_error_at TEXT CHECK (last_error_at GLOB '????-??-??T??:??:??.??????Z'),
  last_error TEXT,
  -- Nothing is claimed for sending before then: the platform's rate, or the time it told us to wait.
  send_after TEXT CHECK (send_after GLOB '????-??-??T??:??:??.??????Z'),
  paused_at TEXT CHECK (paused_at GLOB '????-??-??T??:??:??.??????Z'),
  paused_reason TEXT,
  CHECK ((paused_at IS NULL) = (paused_reason IS NULL)),
  CHECK ((last_error_at IS NULL) = (last_error IS NULL)),
  UNIQUE (id, name)
) STRICT;

-- A cursor moves only in the transaction that keeps what it covers (promise 1).
CREATE TABLE streams (
  id INTEGER PRIMARY KEY,
  channel_id INTEGER NOT NULL REFERENCES channels (id),
  name TEXT NOT NULL,
  cursor TEXT,
  cursor_at TEXT CHECK (cursor_at GLOB '????-??-??T??:??:??.??????Z'),
  CHECK ((cursor IS NULL) = (cursor_at IS NULL)),
  UNIQUE (channel_id, name)
) STRICT;

-- What a platform no longer gives is seen, not silent.
CREATE TABLE gaps (
  id INTEGER PRIMARY KEY,
  stream_id INTEGER NOT NULL REFERENCES streams (id),
  since TEXT CHECK (since GLOB '????-??-??T??:??:??.??????Z'),
  until TEXT NOT NULL CHECK (until GLOB '????-??-??T??:??:??.??????Z'),
  reason TEXT NOT NULL,
  at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.??????Z')
) STRICT;

-- The door of the push channels: a request is kept before it is acknowledged.
CREATE TABLE inbound (
  id INTEGER PRIMARY KEY,
  channel_id INTEGER NOT NULL REFERENCES channels (id),
  unique_id TEXT,
  media_type TEXT NOT NULL,
  body BLOB NOT NULL,
  user_id INTEGER REFERENCES users (id),
  received_at TEXT NOT NULL CHECK (received_at GLOB '????-??-??T??:??:??.??????Z'),
  UNIQUE (channel_id, unique_id)
) STRICT;
CREATE INDEX inbound_by_channel ON inbound (channel_id, id);

-- Received but unreadable: kept as it came, shown in the channel's health.
CREATE TABLE malformed (
  id INTEGER PRIMARY KEY,
  channel_id INTEGER NOT NULL REFERENCES channels (id),
  identity TEXT NOT NULL,
  reason TEXT NOT NULL,
  raw BLOB,
  at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.??????Z'),
  UNIQUE (channel_id, identity)
) STRICT;

CREATE TABLE authors (
  id INTEGER PRIMARY KEY,
  channel_id INTEGER NOT NULL REFERENCES channels (id),
  remote_id TEXT NOT NULL,
  handle TEXT NOT NULL,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  followers INTEGER,
  first_seen_at TEXT NOT NULL CHECK (first_seen_at GLOB '????-??-??T??:??:??.??????Z'),
  UNIQUE (channel_id, remote_id)
) STRICT;

-- Lanes are data: `rank` orders the inbox, `clock` says whether its conversations run against time.
CREATE TABLE lanes (
  name TEXT NOT NULL PRIMARY KEY,
  rank INTEGER NOT NULL,
  clock INTEGER NOT NULL CHECK (clock IN (0, 1))
) STRICT;
INSERT INTO lanes (name, rank, clock) VALUES ('severe', 300, 1), ('answer', 200, 1), ('mention', 100, 0), ('noise', 0, 0);

CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  login TEXT NOT NULL UNIQUE CHECK (login <> ''),
  name TEXT NOT NULL CHECK (name <> ''),
  initials TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'agent', 'approver', 'admin')),
  language TEXT NOT NULL DEFAULT '' CHECK (language IN ('', 'de', 'en')),
  password_hash TEXT,
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.??????Z')
) STRICT;

-- `kind`: signed in by password, by a one-time link of this desk, or the demo's scripted reviewer. Never an API token.
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES users (id),
  token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) = 64),
  kind TEXT NOT NULL CHECK (kind IN ('password', 'link', 'script')),
  csrf TEXT NOT NULL,
  created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.??????Z'),
  seen_at TEXT NOT NULL CHECK (seen_at GLOB '????-??-??T??:??:??.??????Z'),
  expires_at TEXT NOT NULL CHECK (expires_at GLOB '????-??-??T??:??:??.??????Z'),
  ended_at TEXT CHECK (ended_at GLOB '????-??-??T??:??:??.??????Z'),
  UNIQUE (id, user_id)
) STRICT;

CREATE TABLE login_links (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES users (id),
  token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) = 64),
  expires_at TEXT NOT NULL CHECK (expires_at GLOB '????-??-??T??:??:??.??????Z'),
  used_at TEXT CHECK (used_at GLOB '????-??-??T??:??:??.??????Z')
) STRICT;

-- `awaiting_since`: since when words that want an answer stand without one (promise 4); NULL when nothing does.
CREATE TABLE conversations (
  id INTEGER PRIMARY KEY,
  channel_id INTEGER NOT NULL REFERENCES channels (id),
  author_id INTEGER NOT NULL REFERENCES authors (id),
  visibility TEXT NOT NULL CHECK (visibility IN ('public', 'private')),
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'waiting', 'snoozed', 'resolved')),
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
  lane TEXT NOT NULL REFERENCES lanes (name),
  rank INTEGER NOT NULL DEFAULT 0,
  opened_at TEXT NOT NULL CHECK (opened_at GLOB '????-??-??T??:??:??.??????Z'),
  changed_at TEXT NOT NULL CHECK (changed_at GLOB '????-??-??T??:??:??.??????Z'),
  last_heard_at TEXT NOT NULL CHECK (last_heard_at GLOB '????-??-??T??:??:??.??????Z'),
  -- Words up to this version were dealt with by a person who closed or parked the conversation. Versions, not times,
  -- say what came after what: a clock may jump, and a moment is read before the write lock is held.
  settled_version INTEGER NOT NULL DEFAULT 0 CHECK (settled_version >= 0),
  awaiting_since TEXT CHECK (awaiting_since GLOB '????-??-??T??:??:??.??????Z'),
  due_at TEXT CHECK (due_at GLOB '????-??-??T??:??:??.??????Z'),
  snoozed_until TEXT CHECK (snoozed_until GLOB '????-??-??T??:??:??.??????Z'),
  assignee_id INTEGER REFERENCES users (id),
  linked_to INTEGER REFERENCES conversations (id),
  resolved_at TEXT CHECK (resolved_at GLOB '????-??-??T??:??:??.??????Z'),
  resolved_reason TEXT,
  resolved_by INTEGER REFERENCES users (id),
  resolved_rule TEXT,
  CHECK ((state = 'snoozed') = (snoozed_until IS NOT NULL)),
  CHECK ((state = 'resolved') = (resolved_at IS NOT NULL)),
  -- Closed by a named person with a reason, or by a rule that a person wrote; never by a score.
  CHECK (state <> 'resolved' OR coalesce(resolved_rule, '') <> ''
    OR (resolved_by IS NOT NULL AND coalesce(resolved_reason, '') <> '')),
  CHECK (state NOT IN ('waiting', 'resolved') OR awaiting_since IS NULL),
  CHECK (due_at IS NULL OR awaiting_since IS NOT NULL),
  UNIQUE (id, channel_id, visibility),
  UNIQUE (id, version)
) STRICT;
CREATE INDEX conversations_inbox ON conversations (state, rank DESC, due_at, id);
CREATE INDEX conversations_lane ON conversations (lane, state, rank DESC, due_at, id);
CREATE INDEX conversations_due ON conversations (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX conversations_by_change ON conversations (state, changed_at);
CREATE INDEX conversations_snoozed ON conversations (snoozed_until) WHERE state = 'snoozed';
CREATE INDEX conversations_awaiting ON conversations (channel_id, lane) WHERE awaiting_since IS NOT NULL;
CREATE INDEX conversations_by_author ON conversations (author_id, id);

-- A private mention can never stand in a public conversation: the composite key carries the visibility (promise 7).
CREATE TABLE mentions (
  id INTEGER PRIMARY KEY,
  channel_id INTEGER NOT NULL REFERENCES channels (id),
  stream_id INTEGER NOT NULL REFERENCES streams (id),
  author_id INTEGER NOT NULL REFERENCES authors (id),
  conversation_id INTEGER,
  -- The version of the conversation from which on its present words are known; an approval of that version saw them.
  said_version INTEGER,
  remote_id TEXT NOT NULL,
  reference TEXT NOT NULL CHECK (reference <> ''),
  thread TEXT NOT NULL,
  visibility TEXT NOT NULL CHECK (visibility IN ('public', 'private')),
  kind TEXT NOT NULL CHECK (kind IN ('message', 'automatic', 'list')),
  route TEXT NOT NULL CHECK (route IN ('api', 'hand')),
  route_reason TEXT NOT NULL,
  address TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  quoted TEXT NOT NULL,
  url TEXT NOT NULL,
  language TEXT NOT NULL,
  attachments TEXT NOT NULL CHECK (json_valid(attachments)),
  participants TEXT NOT NULL CHECK (json_valid(participants)),
  raw BLOB,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
  history INTEGER NOT NULL CHECK (history IN (0, 1)),
  judgement_id INTEGER,
  -- 1 once the queue has acted on the present judgement.
  queued INTEGER NOT NULL DEFAULT 0 CHECK (queued IN (0, 1)),
  created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.??????Z'),
  heard_at TEXT NOT NULL CHECK (heard_at GLOB '????-??-??T??:??:??.??????Z'),
  changed_at TEXT NOT NULL CHECK (changed_at GLOB '????-??-??T??:??:??.??????Z'),
  -- When the present words were said by the platform's own clock; compared only with other times of that clock.
  said_there TEXT NOT NULL CHECK (said_there GLOB '????-??-??T??:??:??.??????Z'),
  deleted_at TEXT CHECK (deleted_at GLOB '????-??-??T??:??:??.??????Z'),
  erased_at TEXT CHECK (erased_at GLOB '????-??-??T??:??:??.??????Z'),
  CHECK (erased_at IS NULL OR (raw IS NULL AND text = '' AND title = '' AND quoted = '')),
  CHECK ((conversation_id IS NULL) = (said_version IS NULL)),
  FOREIGN KEY (conversation_id, channel_id, visibility) REFERENCES conversations (id, channel_id, visibility),
  FOREIGN KEY (judgement_id, id) REFERENCES judgements (id, mention_id),
  UNIQUE (channel_id, remote_id),
  UNIQUE (id, conversation_id)
) STRICT;
CREATE INDEX mentions_by_reference ON mentions (channel_id, reference);
CREATE INDEX mentions_by_thread ON mentions (channel_id, thread) WHERE thread <> '';
CREATE INDEX mentions_by_conversation ON mentions (conversation_id, created_at);
CREATE INDEX mentions_by_author ON mentions (author_id, id);
CREATE INDEX mentions_unjudged ON mentions (id)
  WHERE judgement_id IS NULL AND kind = 'message' AND deleted_at IS NULL AND erased_at IS NULL;
CREATE INDEX mentions_unqueued ON mentions (id)
  WHERE queued = 0 AND judgement_id IS NOT NULL AND kind = 'message' AND history = 0 AND deleted_at IS NULL
    AND erased_at IS NULL;
CREATE INDEX mentions_by_day ON mentions (channel_id, heard_at);
CREATE INDEX mentions_automatic ON mentions (id) WHERE kind <> 'message';

CREATE TABLE mention_versions (
  mention_id INTEGER NOT NULL REFERENCES mentions (id),
  version INTEGER NOT NULL CHECK (version >= 1),
  text TEXT NOT NULL,
  raw BLOB,
  at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.??????Z'),
  PRIMARY KEY (mention_id, version)
) STRICT;

-- What a mention answers, by the platform's names, also of posts the desk has not heard (yet).
CREATE TABLE mention_references (
  mention_id INTEGER NOT NULL REFERENCES mentions (id),
  channel_id INTEGER NOT NULL REFERENCES channels (id),
  position INTEGER NOT NULL,
  reference TEXT NOT NULL,
  PRIMARY KEY (mention_id, position)
) STRICT;
CREATE INDEX mention_references_by_name ON mention_references (channel_id, reference);

CREATE TABLE judgements (
  id INTEGER PRIMARY KEY,
  mention_id INTEGER NOT NULL REFERENCES mentions (id),
  mention_version INTEGER NOT NULL,
  model TEXT NOT NULL,
  language TEXT NOT NULL,
  sentiment TEXT NOT NULL CHECK (sentiment IN ('negative', 'neutral', 'positive')),
  complaint INTEGER NOT NULL CHECK (complaint IN (0, 1)),
  wants_answer INTEGER NOT NULL CHECK (wants_answer IN (0, 1)),
  noise INTEGER NOT NULL CHECK (noise IN (0, 1)),
  urgency TEXT NOT NULL CHECK (urgency IN ('calm', 'soon', 'now')),
  abstained INTEGER NOT NULL CHECK (abstained IN (0, 1)),
  severe INTEGER NOT NULL CHECK (severe IN (0, 1)),
  details TEXT NOT NULL CHECK (json_valid(details)),
  at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.??????Z'),
  FOREIGN KEY (mention_id, mention_version) REFERENCES mention_versions (mention_id, version),
  UNIQUE (mention_id, mention_version, model),
  UNIQUE (id, mention_id)
) STRICT;

CREATE TABLE notes (
  id INTEGER PRIMARY KEY,
  conversation_id INTEGER NOT NULL REFERENCES conversations (id),
  user_id INTEGER REFERENCES users (id),
  text TEXT NOT NULL,
  at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.??????Z')
) STRICT;
CREATE INDEX notes_by_conversation ON notes (conversation_id, at);

CREATE TABLE drafts (
  id INTEGER PRIMARY KEY,
  conversation_id INTEGER NOT NULL REFERENCES conversations (id),
  mention_id INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('writing', 'submitted', 'returned', 'approved', 'dropped')),
  text TEXT NOT NULL,
  subject TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source <> ''),
  user_id INTEGER REFERENCES users (id),
  returned_reason TEXT,
  created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.??????Z'),
  changed_at TEXT NOT NULL CHECK (changed_at GLOB '????-??-??T??:??:??.??????Z'),
  CHECK ((state = 'returned') = (returned_reason IS NOT NULL)),
  FOREIGN KEY (mention_id, conversation_id) REFERENCES mentions (id, conversation_id),
  UNIQUE (id, conversation_id)
) STRICT;
CREATE INDEX drafts_by_conversation ON drafts (conversation_id, id);
CREATE INDEX drafts_submitted ON drafts (conversation_id) WHERE state = 'submitted';
CREATE UNIQUE INDEX drafts_in_work ON drafts (conversation_id) WHERE state IN ('writing', 'submitted', 'returned');

-- Who wrote which words of a draft, and who submitted them; `user_id` is NULL for a proposal of the desk's. A run of
-- changes by one person is one version, until it is submitted, approved or followed by another: then it stays.
CREATE TABLE draft_versions (
  draft_id INTEGER NOT NULL REFERENCES drafts (id),
  version INTEGER NOT NULL CHECK (version >= 1),
  text TEXT NOT NULL,
  subject TEXT NOT NULL,
  user_id INTEGER REFERENCES users (id),
  at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.??????Z'),
  submitted_by INTEGER REFERENCES users (id),
  submitted_at TEXT CHECK (submitted_at GLOB '????-??-??T??:??:??.??????Z'),
  erased_at TEXT CHECK (erased_at GLOB '????-??-??T??:??:??.??????Z'),
  CHECK ((submitted_by IS NULL) = (submitted_at IS NULL)),
  CHECK (erased_at IS NULL OR (text = '' AND subject = '')),
  PRIMARY KEY (draft_id, version)
) STRICT;

-- Who looks at a conversation or writes there right now; no part of any promise, and no event.
CREATE TABLE presence (
  conversation_id INTEGER NOT NULL REFERENCES conversations (id),
  user_id INTEGER NOT NULL REFERENCES users (id),
  what TEXT NOT NULL CHECK (what IN ('looking', 'writing')),
  until TEXT NOT NULL CHECK (until GLOB '????-??-??T??:??:??.??????Z'),
  PRIMARY KEY (conversation_id, user_id, what)
) STRICT;

-- Canonical JSON of exactly what will be posted; `body` is NULL only once erased.
CREATE TABLE previews (
  sha256 TEXT NOT NULL PRIMARY KEY CHECK (length(sha256) = 64),
  visibility TEXT NOT NULL CHECK (visibility IN ('public', 'private')),
  body TEXT,
  erased_at TEXT CHECK (erased_at GLOB '????-??-??T??:??:??.??????Z'),
  CHECK ((body IS NULL) = (erased_at IS NOT NULL)),
  CHECK (body IS NULL OR (json_valid(body) AND coalesce(json_extract(body, '$.visibility'), '') = visibility)),
  UNIQUE (sha256, visibility)
) STRICT;

-- Insert-only. One decision a version of a conversation; bound to the preview's hash and to the person's own session.
CREATE TABLE approvals (
  id INTEGER PRIMARY KEY,
  conversation_id INTEGER NOT NULL,
  channel_id INTEGER NOT NULL,
  version INTEGER NOT NULL,
  visibility TEXT NOT NULL,
  draft_id INTEGER NOT NULL,
  draft_version INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  preview_visibility TEXT NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users (id),
  session_id INTEGER NOT NULL,
  at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.??????Z'),
  -- The channel's rules as they then were: a later change of them makes no old approval wrong.
  four_eyes INTEGER NOT NULL CHECK (four_eyes IN (0, 1)),
  second_eyes INTEGER NOT NULL CHECK (second_eyes IN (0, 1)),
  expires_at TEXT NOT NULL CHECK (expires_at GLOB '????-??-??T??:??:??.??????Z'),
  CHECK (expires_at > at),
  CHECK (visibility = 'public' OR preview_visibility = 'private'),
  FOREIGN KEY (conversation_id, channel_id, visibility) REFERENCES conversations (id, channel_id, visibility),
  FOREIGN KEY (draft_id, conversation_id) REFERENCES drafts (id, conversation_id),
  FOREIGN KEY (draft_id, draft_version) REFERENCES draft_versions (draft_id, version),
  FOREIGN KEY (sha256, preview_visibility) REFERENCES previews (sha256, visibility),
  FOREIGN KEY (session_id, user_id) REFERENCES sessions (id, user_id),
  UNIQUE (conversation_id, version),
  UNIQUE (id, sha256, conversation_id, channel_id)
) STRICT;
CREATE INDEX approvals_by_session ON approvals (session_id, at);

-- One delivery an approval, of exactly its preview.
CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY,
  approval_id INTEGER NOT NULL UNIQUE,
  sha256 TEXT NOT NULL,
  conversation_id INTEGER NOT NULL,
  channel_id INTEGER NOT NULL,
  route TEXT NOT NULL CHECK (route IN ('api', 'hand')),
  after TEXT NOT NULL CHECK (after IN ('waiting', 'resolved')),
  state TEXT NOT NULL DEFAULT 'pending'
    CHECK (state IN ('pending', 'sending', 'sent', 'failed', 'unknown', 'cancelled')),
  not_before TEXT NOT NULL CHECK (not_before GLOB '????-??-??T??:??:??.??????Z'),
  attempts INTEGER NOT NULL DEFAULT 0,
  claimed_by TEXT,
  lease_until TEXT CHECK (lease_until GLOB '????-??-??T??:??:??.??????Z'),
  reason TEXT NOT NULL DEFAULT '',
  receipt_id INTEGER,
  created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.??????Z'),
  changed_at TEXT NOT NULL CHECK (changed_at GLOB '????-??-??T??:??:??.??????Z'),
  sent_at TEXT CHECK (sent_at GLOB '????-??-??T??:??:??.??????Z'),
  CHECK ((state = 'sending') = (claimed_by IS NOT NULL AND lease_until IS NOT NULL)),
  -- `sent` without a receipt or evidence is refused; what bounced later keeps both.
  CHECK (state <> 'sent' OR (receipt_id IS NOT NULL AND sent_at IS NOT NULL)),
  CHECK (route = 'api' OR state IN ('pending', 'sent', 'failed', 'cancelled')),
  FOREIGN KEY (approval_id, sha256, conversation_id, channel_id)
    REFERENCES approvals (id, sha256, conversation_id, channel_id),
  FOREIGN KEY (receipt_id, id) REFERENCES receipts (id, delivery_id),
  UNIQUE (id, channel_id)
) STRICT;
-- Not partial: SQLite does not see that one state implies a list of them.
CREATE INDEX deliveries_to_do ON deliveries (state, not_before);
CREATE INDEX deliveries_sent ON deliveries (channel_id, sent_at) WHERE state = 'sent';
CREATE INDEX deliveries_by_conversation ON deliveries (conversation_id, id);
CREATE INDEX deliveries_failed ON deliveries (changed_at) WHERE state = 'failed';
CREATE UNIQUE INDEX deliveries_one_at_a_time ON deliveries (conversation_id)
  WHERE state IN ('pending', 'sending', 'unknown');

CREATE TABLE parts (
  delivery_id INTEGER NOT NULL REFERENCES deliveries (id),
  number INTEGER NOT NULL CHECK (number >= 0),
  key TEXT NOT NULL UNIQUE CHECK (key <> ''),
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sending', 'sent')),
  tried_at TEXT CHECK (tried_at GLOB '????-??-??T??:??:??.??????Z'),
  -- When reading back first missed it after that try: what is missed once may still arrive, twice it is absent.
  missed_at TEXT CHECK (missed_at GLOB '????-??-??T??:??:??.??????Z'),
  receipt_id INTEGER,
  CHECK ((state = 'sent') = (receipt_id IS NOT NULL)),
  CHECK (state <> 'sending' OR tried_at IS NOT NULL),
  FOREIGN KEY (receipt_id, delivery_id, number) REFERENCES receipts (id, delivery_id, part),
  PRIMARY KEY (delivery_id, number)
) STRICT;

-- Insert-only. `evidence`: the platform answered (sent), it was read back (found), heard by the collector (heard),
-- or a person gave the address of the answer (by_hand). One remote post is the receipt of one part only.
CREATE TABLE receipts (
  id INTEGER PRIMARY KEY,
  delivery_id INTEGER NOT NULL,
  part INTEGER NOT NULL,
  channel_id INTEGER NOT NULL,
  remote_id TEXT NOT NULL CHECK (remote_id <> ''),
  url TEXT NOT NULL,
  evidence TEXT NOT NULL CHECK (evidence IN ('sent', 'found', 'heard', 'by_hand')),
  user_id INTEGER REFERENCES users (id),
  at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.??????Z'),
  CHECK ((evidence = 'by_hand') = (user_id IS NOT NULL)),
  FOREIGN KEY (delivery_id, channel_id) REFERENCES deliveries (id, channel_id),
  FOREIGN KEY (delivery_id, part) REFERENCES parts (delivery_id, number),
  UNIQUE (channel_id, remote_id),
  UNIQUE (delivery_id, part),
  UNIQUE (id, delivery_id),
  UNIQUE (id, delivery_id, part)
) STRICT;

-- Answers of ours that the desk did not send; `conversation_id` is NULL where we spoke of our own accord, `version` is the
-- conversation's as it was heard, `created_at` by the platform's own clock.
CREATE TABLE outside_answers (
  id INTEGER PRIMARY KEY,
  channel_id INTEGER NOT NULL REFERENCES channels (id),
  conversation_id INTEGER REFERENCES conversations (id),
  version INTEGER,
  remote_id TEXT NOT NULL,
  url TEXT NOT NULL,
  text TEXT NOT NULL,
  raw BLOB,
  created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.??????Z'),
  heard_at TEXT NOT NULL CHECK (heard_at GLOB '????-??-??T??:??:??.??????Z'),
  erased_at TEXT CHECK (erased_at GLOB '????-??-??T??:??:??.??????Z'),
  CHECK ((conversation_id IS NULL) = (version IS NULL)),
  UNIQUE (channel_id, remote_id)
) STRICT;
CREATE INDEX outside_answers_by_day ON outside_answers (channel_id, heard_at);
CREATE INDEX outside_answers_by_conversation ON outside_answers (conversation_id, created_at);

-- The record. Ids, names of fields and states only; never text, handle or address. Insert-only.
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.??????Z'),
  kind TEXT NOT NULL CHECK (kind <> ''),
  channel_id INTEGER REFERENCES channels (id),
  conversation_id INTEGER REFERENCES conversations (id),
  user_id INTEGER REFERENCES users (id),
  data TEXT NOT NULL CHECK (json_valid(data))
) STRICT;
CREATE INDEX events_by_conversation ON events (conversation_id, id);

-- Each seal hashes its events and the seal before. Insert-only.
CREATE TABLE seals (
  id INTEGER PRIMARY KEY,
  first_event INTEGER NOT NULL UNIQUE REFERENCES events (id),
  last_event INTEGER NOT NULL UNIQUE REFERENCES events (id),
  previous TEXT NOT NULL UNIQUE,
  hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
  at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.??????Z'),
  CHECK (first_event <= last_event)
) STRICT;

-- The cause is written in the causing transaction; the desk claims and sends it at least once. `channel_id` is NULL for
-- what concerns the whole desk.
CREATE TABLE alerts (
  id INTEGER PRIMARY KEY,
  rule TEXT NOT NULL CHECK (rule <> ''),
  cause TEXT NOT NULL UNIQUE,
  channel_id INTEGER REFERENCES channels (id),
  conversation_id INTEGER REFERENCES conversations (id),
  created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.??????Z'),
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before TEXT NOT NULL CHECK (not_before GLOB '????-??-??T??:??:??.??????Z'),
  -- Receivers that have it, so that one that fails does not make the others hear it again.
  reached TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(reached)),
  -- When nobody was left to tell: everybody has it, nobody was to have it, or `last_error` says why it was given up.
  sent_at TEXT CHECK (sent_at GLOB '????-??-??T??:??:??.??????Z'),
  last_error TEXT
) STRICT;
CREATE INDEX alerts_failed ON alerts (created_at) WHERE last_error IS NOT NULL;
CREATE INDEX alerts_unsent ON alerts (not_before) WHERE sent_at IS NULL;

-- One digest a recipient and local date, over restarts and processes.
CREATE TABLE digests (
  id INTEGER PRIMARY KEY,
  recipient TEXT NOT NULL,
  local_date TEXT NOT NULL CHECK (local_date GLOB '????-??-??'),
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before TEXT NOT NULL CHECK (not_before GLOB '????-??-??T??:??:??.??????Z'),
  sent_at TEXT CHECK (sent_at GLOB '????-??-??T??:??:??.??????Z'),
  last_error TEXT,
  UNIQUE (recipient, local_date)
) STRICT;

-- The one definition of a mention that wants an answer: judged so, a complaint, or not judged with confidence; from the
-- moment the queue has acted on it. `said_at` is when its present words were said.
CREATE VIEW wanting AS
SELECT m.id AS mention_id, m.conversation_id, m.channel_id, m.heard_at, m.said_version, m.said_there,
  CASE m.version WHEN 1 THEN m.created_at ELSE m.changed_at END AS said_at
FROM mentions m JOIN judgements j ON j.id = m.judgement_id
WHERE m.queued = 1 AND m.kind = 'message' AND m.history = 0 AND m.deleted_at IS NULL AND m.erased_at IS NULL
  AND (j.wants_answer = 1 OR j.complaint = 1 OR j.abstained = 1);

-- For people who open this file.
CREATE VIEW unanswered AS
SELECT c.id AS conversation, h.name AS channel, a.name AS author, c.state, c.lane, c.awaiting_since, c.due_at
FROM conversations c JOIN channels h ON h.id = c.channel_id JOIN authors a ON a.id = c.author_id
WHERE c.awaiting_since IS NOT NULL;

CREATE VIEW sent_answers AS
SELECT d.id AS delivery, h.name AS channel, d.conversation_id AS conversation, u.name AS approved_by, p.at AS approved_at,
  d.sent_at, r.remote_id, r.url, r.evidence, w.body AS preview
FROM deliveries d JOIN channels h ON h.id = d.channel_id JOIN approvals p ON p.id = d.approval_id
JOIN users u ON u.id = p.user_id JOIN receipts r ON r.delivery_id = d.id JOIN previews w ON w.sha256 = d.sha256
WHERE d.state = 'sent';
