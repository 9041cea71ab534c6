-- Notices are acknowledged and answered, consequences settled and years of the calendar loaded in place.
CREATE TRIGGER acknowledged AFTER UPDATE OF acknowledged_at ON deliveries
    FOR EACH ROW EXECUTE FUNCTION log_act('acknowledged_by', 'notice_id', 'recipient');
CREATE TRIGGER loaded AFTER INSERT OR UPDATE ON calendars
    FOR EACH ROW EXECUTE FUNCTION log_act('loaded_by', 'year', 'version');
CREATE TRIGGER answered AFTER INSERT ON answers
    FOR EACH ROW EXECUTE FUNCTION log_act('answered_by', 'notice_id', 'unit');
CREATE TRIGGER settled AFTER UPDATE OF settled_at ON consequences
    FOR EACH ROW EXECUTE FUNCTION log_act('settled_by', 'consequence_id', 'settled_as', 'note');
