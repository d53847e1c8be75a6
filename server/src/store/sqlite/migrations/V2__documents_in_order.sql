-- Documents are read on from the newest that is known.
CREATE INDEX document_in_order ON document (desk_seq, id);
