-- Since when not every stream could be read, whatever was said last; until now it told of the last poll alone.
ALTER TABLE channels RENAME COLUMN last_error_at TO erring_since;
