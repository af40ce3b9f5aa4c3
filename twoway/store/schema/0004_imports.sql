-- A million imported mentions must not keep one that was just heard from being judged: work comes before history.
CREATE INDEX mentions_to_judge ON mentions (history, id)
  WHERE judgement_id IS NULL AND kind = 'message' AND deleted_at IS NULL AND erased_at IS NULL;
DROP INDEX mentions_unjudged;
