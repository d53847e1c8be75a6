-- Several servers share what is marked: who works a mark off, and until when nobody else may.
ALTER TABLE mark ADD COLUMN holder bigint, ADD COLUMN held_until timestamptz;
-- Open days say by their view when they close: those folded before that are folded again.
INSERT INTO mark (key, number)
SELECT 'day/' || key, nextval('mark_number') FROM view_field WHERE kind = 'day' AND name = 'closed' AND int = 0
ON CONFLICT DO NOTHING;
