-- Re-applied after every migration and at every opening: table.transform() drops triggers without a word.

CREATE TRIGGER approvals_stay BEFORE UPDATE ON approvals
BEGIN SELECT RAISE(ABORT, 'approvals are insert-only'); END;
CREATE TRIGGER approvals_remain BEFORE DELETE ON approvals
BEGIN SELECT RAISE(ABORT, 'approvals are insert-only'); END;
CREATE TRIGGER receipts_stay BEFORE UPDATE ON receipts
BEGIN SELECT RAISE(ABORT, 'receipts are insert-only'); END;
CREATE TRIGGER receipts_remain BEFORE DELETE ON receipts
BEGIN SELECT RAISE(ABORT, 'receipts are insert-only'); END;
CREATE TRIGGER events_stay BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are insert-only'); END;
CREATE TRIGGER events_remain BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are insert-only'); END;
CREATE TRIGGER seals_stay BEFORE UPDATE ON seals
BEGIN SELECT RAISE(ABORT, 'seals are insert-only'); END;
CREATE TRIGGER seals_remain BEFORE DELETE ON seals
BEGIN SELECT RAISE(ABORT, 'seals are insert-only'); END;
CREATE TRIGGER deliveries_remain BEFORE DELETE ON deliveries
BEGIN SELECT RAISE(ABORT, 'a delivery stays on the record'); END;
CREATE TRIGGER deliveries_begin_pending BEFORE INSERT ON deliveries WHEN NEW.state <> 'pending'
BEGIN SELECT RAISE(ABORT, 'a delivery begins pending'); END;
CREATE TRIGGER deliveries_keep_their_approval BEFORE UPDATE OF approval_id, sha256, conversation_id, channel_id, route
ON deliveries
BEGIN SELECT RAISE(ABORT, 'a delivery keeps its approval, its preview and its route'); END;
CREATE TRIGGER deliveries_end_once BEFORE UPDATE OF state ON deliveries
WHEN OLD.state IN ('sent', 'failed', 'cancelled') AND NEW.state <> OLD.state
  AND NOT (OLD.state = 'sent' AND NEW.state = 'failed')
BEGIN SELECT RAISE(ABORT, 'a delivery that has ended is never sent again'); END;
CREATE TRIGGER parts_remain BEFORE DELETE ON parts
BEGIN SELECT RAISE(ABORT, 'a part stays on the record'); END;
CREATE TRIGGER parts_keep_their_key BEFORE UPDATE ON parts
WHEN NEW.key <> OLD.key OR NEW.delivery_id <> OLD.delivery_id OR NEW.number <> OLD.number
BEGIN SELECT RAISE(ABORT, 'a part keeps its key'); END;
CREATE TRIGGER parts_are_sent_once BEFORE UPDATE ON parts WHEN OLD.state = 'sent' AND NEW.state <> 'sent'
BEGIN SELECT RAISE(ABORT, 'a part that was sent is never sent again'); END;
CREATE TRIGGER previews_stay BEFORE UPDATE ON previews
WHEN NEW.body IS NOT NULL OR NEW.sha256 <> OLD.sha256 OR NEW.visibility <> OLD.visibility
BEGIN SELECT RAISE(ABORT, 'a preview changes only by being erased'); END;
CREATE TRIGGER previews_remain BEFORE DELETE ON previews
BEGIN SELECT RAISE(ABORT, 'a preview changes only by being erased'); END;
CREATE TRIGGER desk_stays BEFORE UPDATE OF id, instance, demo, created_at ON desk
BEGIN SELECT RAISE(ABORT, 'the stamp of a desk never changes'); END;
CREATE TRIGGER desk_remains BEFORE DELETE ON desk
BEGIN SELECT RAISE(ABORT, 'the stamp of a desk never changes'); END;
CREATE TRIGGER desk_stays_marked BEFORE UPDATE OF marked ON desk WHEN NEW.marked < OLD.marked
BEGIN SELECT RAISE(ABORT, 'a desk that was marked stays so'); END;
CREATE TRIGGER desk_is_held_until_confirmed BEFORE UPDATE OF held_at ON desk
WHEN OLD.held_at IS NOT NULL AND NEW.held_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM users u JOIN sessions s ON s.user_id = u.id
  WHERE u.id = NEW.confirmed_by AND u.active = 1 AND u.role = 'admin' AND s.id = NEW.confirmed_in
    AND s.kind <> 'script' AND s.ended_at IS NULL AND s.expires_at > NEW.confirmed_at
)
BEGIN SELECT RAISE(ABORT, 'only an active admin may confirm this file, in a session of their own'); END;
CREATE TRIGGER sessions_keep_their_person BEFORE UPDATE OF user_id, kind ON sessions
BEGIN SELECT RAISE(ABORT, 'a session keeps its person and how it began'); END;

-- Promise 2: an active person with the right to approve, in a living session of their own, on the present version.
CREATE TRIGGER approvals_by_an_active_approver BEFORE INSERT ON approvals
WHEN NOT EXISTS (
  SELECT 1 FROM users u JOIN sessions s ON s.user_id = u.id
  WHERE u.id = NEW.user_id AND u.active = 1 AND u.role IN ('approver', 'admin')
    AND s.id = NEW.session_id AND s.ended_at IS NULL AND s.created_at <= NEW.at AND s.expires_at > NEW.at
)
BEGIN SELECT RAISE(ABORT, 'only an active approver may approve, in a session of their own'); END;
CREATE TRIGGER approvals_by_script_only_in_a_demo BEFORE INSERT ON approvals
WHEN EXISTS (SELECT 1 FROM sessions s WHERE s.id = NEW.session_id AND s.kind = 'script')
  AND NOT EXISTS (SELECT 1 FROM desk d, channels c WHERE d.demo = 1 AND c.id = NEW.channel_id AND c.kind = 'square')
BEGIN SELECT RAISE(ABORT, 'the scripted reviewer works only in a demo, on the square'); END;
CREATE TRIGGER approvals_of_the_present_version BEFORE INSERT ON approvals
WHEN NOT EXISTS (SELECT 1 FROM conversations c WHERE c.id = NEW.conversation_id AND c.version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'the conversation has changed since'); END;
-- The rules of the channel: who else has to have seen the words, and how long a yes lasts.
CREATE TRIGGER approvals_by_the_rules_in_force BEFORE INSERT ON approvals
WHEN NOT EXISTS (
  SELECT 1 FROM channels c WHERE c.id = NEW.channel_id AND c.four_eyes = NEW.four_eyes
    AND c.second_eyes_on_edits = NEW.second_eyes
    AND strftime('%s', NEW.expires_at) - strftime('%s', NEW.at) = c.approval_seconds
)
BEGIN SELECT RAISE(ABORT, 'an approval names the rules of its channel as they are'); END;
CREATE TRIGGER approvals_of_the_newest_words BEFORE INSERT ON approvals
WHEN EXISTS (SELECT 1 FROM draft_versions v WHERE v.draft_id = NEW.draft_id AND v.version > NEW.draft_version)
BEGIN SELECT RAISE(ABORT, 'the draft has changed since'); END;
CREATE TRIGGER approvals_by_four_eyes BEFORE INSERT ON approvals
WHEN NEW.four_eyes = 1 AND NOT EXISTS (
  SELECT 1 FROM draft_versions v WHERE v.draft_id = NEW.draft_id AND v.version = NEW.draft_version
    AND coalesce(v.user_id, v.submitted_by) IS NOT NULL
    AND v.user_id IS NOT NEW.user_id AND v.submitted_by IS NOT NEW.user_id
)
BEGIN SELECT RAISE(ABORT, 'on this channel somebody else has to approve what a person wrote or submitted'); END;
CREATE TRIGGER approvals_of_edits_by_second_eyes BEFORE INSERT ON approvals
WHEN NEW.second_eyes = 1 AND EXISTS (
  SELECT 1 FROM draft_versions v JOIN draft_versions w ON w.draft_id = v.draft_id AND w.version < v.version
  WHERE v.draft_id = NEW.draft_id AND v.version = NEW.draft_version AND v.user_id = NEW.user_id
    AND w.submitted_by IS NOT NULL AND (w.submitted_by <> NEW.user_id OR w.user_id <> NEW.user_id)
)
BEGIN SELECT RAISE(ABORT, 'on this channel somebody else has to approve submitted words that were changed'); END;
CREATE TRIGGER draft_versions_keep_their_writer BEFORE UPDATE OF draft_id, version, user_id ON draft_versions
BEGIN SELECT RAISE(ABORT, 'words keep their writer'); END;
CREATE TRIGGER draft_versions_are_submitted_once BEFORE UPDATE OF submitted_by, submitted_at ON draft_versions
WHEN OLD.submitted_by IS NOT NULL
  OR EXISTS (SELECT 1 FROM approvals a WHERE a.draft_id = OLD.draft_id AND a.draft_version = OLD.version)
BEGIN SELECT RAISE(ABORT, 'words that were submitted or approved stay so'); END;
CREATE TRIGGER draft_versions_stay BEFORE UPDATE OF text, subject ON draft_versions
WHEN NEW.erased_at IS NULL AND (OLD.submitted_by IS NOT NULL
  OR EXISTS (SELECT 1 FROM draft_versions v WHERE v.draft_id = OLD.draft_id AND v.version > OLD.version)
  OR EXISTS (SELECT 1 FROM approvals a WHERE a.draft_id = OLD.draft_id AND a.draft_version = OLD.version))
BEGIN SELECT RAISE(ABORT, 'words that were handed on change only by being erased'); END;
CREATE TRIGGER draft_versions_remain BEFORE DELETE ON draft_versions
BEGIN SELECT RAISE(ABORT, 'words that were handed on change only by being erased'); END;
CREATE TRIGGER conversations_never_go_back BEFORE UPDATE OF version ON conversations WHEN NEW.version < OLD.version
BEGIN SELECT RAISE(ABORT, 'the version of a conversation only rises'); END;
-- Promise 3: nothing goes out for words that have changed since they were approved.
CREATE TRIGGER deliveries_send_what_still_holds BEFORE UPDATE OF state ON deliveries
WHEN NEW.state = 'sending' AND NOT EXISTS (
  SELECT 1 FROM approvals a JOIN conversations c ON c.id = a.conversation_id
  WHERE a.id = NEW.approval_id AND c.version = a.version
)
BEGIN SELECT RAISE(ABORT, 'the conversation has changed since this answer was approved'); END;
CREATE TRIGGER deliveries_send_for_an_active_approver BEFORE UPDATE OF state ON deliveries
WHEN NEW.state = 'sending' AND NOT EXISTS (
  SELECT 1 FROM approvals a JOIN users u ON u.id = a.user_id
  WHERE a.id = NEW.approval_id AND u.active = 1 AND u.role IN ('approver', 'admin')
)
BEGIN SELECT RAISE(ABORT, 'whoever approved this may no longer approve'); END;
CREATE TRIGGER deliveries_send_before_their_approval_expires BEFORE UPDATE OF state ON deliveries
WHEN NEW.state = 'sending' AND EXISTS (
  SELECT 1 FROM approvals a WHERE a.id = NEW.approval_id AND a.expires_at <= NEW.changed_at
)
BEGIN SELECT RAISE(ABORT, 'the approval of this answer has expired'); END;
CREATE TRIGGER deliveries_in_doubt_are_read_back BEFORE UPDATE OF state ON deliveries
WHEN NEW.state = 'sending' AND OLD.state <> 'pending'
BEGIN SELECT RAISE(ABORT, 'a delivery in doubt is read back, never sent again blindly'); END;
-- After a restore nobody knows whether what was approved has been sent since.
CREATE TRIGGER deliveries_are_held BEFORE UPDATE OF state ON deliveries
WHEN NEW.state = 'sending' AND EXISTS (SELECT 1 FROM desk WHERE held_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'sending is held until an admin confirms this file'); END;
CREATE TRIGGER deliveries_are_doubted_untried_only_when_held BEFORE UPDATE OF state ON deliveries
WHEN NEW.state = 'unknown' AND OLD.state = 'pending' AND NOT EXISTS (SELECT 1 FROM desk WHERE held_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'only a restored, copied or moved file makes a waiting answer doubtful'); END;
CREATE TRIGGER deliveries_are_sent_whole BEFORE UPDATE OF state ON deliveries
WHEN NEW.state = 'sent' AND (
  NOT EXISTS (SELECT 1 FROM parts p WHERE p.delivery_id = NEW.id)
  OR EXISTS (SELECT 1 FROM parts p WHERE p.delivery_id = NEW.id AND p.state <> 'sent')
)
BEGIN SELECT RAISE(ABORT, 'a delivery is sent when all of its parts are'); END;
