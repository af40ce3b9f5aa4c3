-- What is to be erased is found without reading everything.
CREATE INDEX mentions_by_age ON mentions (channel_id, created_at) WHERE erased_at IS NULL;
CREATE INDEX mentions_taken_back ON mentions (deleted_at) WHERE deleted_at IS NOT NULL AND erased_at IS NULL;
CREATE INDEX inbound_by_length ON inbound (channel_id, length(body));
