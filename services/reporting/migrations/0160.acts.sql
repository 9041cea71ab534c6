-- A draft is led on in place.
CREATE TRIGGER drafted AFTER INSERT ON circulars
    FOR EACH ROW WHEN (NEW.drafted_by <> 'policy')
    EXECUTE FUNCTION log_act('drafted_by', 'ref', 'kind', 'first', 'until', 'corrects');
CREATE TRIGGER checked AFTER UPDATE OF checked_by ON circulars
    FOR EACH ROW WHEN (NEW.checked_by IS DISTINCT FROM OLD.checked_by AND NEW.state = 'checked')
    EXECUTE FUNCTION log_act('checked_by', 'ref', 'kind', 'first', 'until', 'state');
CREATE TRIGGER signed AFTER UPDATE OF signed_by ON circulars
    FOR EACH ROW WHEN (NEW.signed_by IS DISTINCT FROM OLD.signed_by AND NEW.state = 'signed')
    EXECUTE FUNCTION log_act('signed_by', 'ref', 'kind', 'first', 'until', 'state');
CREATE TRIGGER issued AFTER UPDATE OF issued_by ON circulars
    FOR EACH ROW EXECUTE FUNCTION log_act('issued_by', 'ref', 'kind', 'first', 'until', 'number');
