-- A clerk asks what a caller said before: by the citizen, newest first; each demand shown is a reading.
CREATE INDEX demands_of_citizen ON demands (citizen_ref, received_at);
ALTER TABLE readings DROP CONSTRAINT readings_what_check,
    ADD CONSTRAINT readings_what_check CHECK (what IN ('original', 'contact', 'history'));
