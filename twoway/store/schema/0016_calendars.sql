-- By which public holidays and changes of clocks, as they were installed, the clocks of a channel were counted.
ALTER TABLE channels ADD COLUMN counted_by TEXT NOT NULL DEFAULT '';
