-- Answers made elsewhere that are in no conversation and hold words: retention asks for the old ones, a batch at a time.
CREATE INDEX outside_answers_strays ON outside_answers (channel_id, heard_at)
  WHERE conversation_id IS NULL AND erased_at IS NULL;
