-- What has expired is dropped: it is found without reading all cells.
CREATE INDEX cell_that_expires ON cell (expires_ms) WHERE expires_ms IS NOT NULL;
