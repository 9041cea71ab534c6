-- Notices are acknowledged and years of the calendar loaded in place.
CREATE TRIGGER acknowledged AFTER UPDATE OF acknowledged_at ON deliveries
    FOR EACH ROW EXECUTE FUNCTION log_act('acknowledged_by', 'notice_id', 'recipient');
CREATE TRIGGER loaded AFTER INSERT OR UPDATE ON calendars
    FOR EACH ROW EXECUTE FUNCTION log_act('loaded_by', 'year', 'version');
