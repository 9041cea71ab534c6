-- A draft is issued in place.
CREATE TRIGGER issued AFTER UPDATE OF issued_by ON circulars
    FOR EACH ROW EXECUTE FUNCTION log_act('issued_by', 'kind', 'week', 'number');
