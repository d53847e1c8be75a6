-- Open days say by their view when they close: those folded before that are folded again.
INSERT OR IGNORE INTO mark (key)
SELECT 'day/' || view.key FROM view JOIN view_field ON view_field.view = view.id
WHERE view.kind = 'day' AND view_field.name = 'closed' AND view_field.int = 0;
