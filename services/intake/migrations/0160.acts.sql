-- Keys of adapters are made and revoked in place.
CREATE TRIGGER made AFTER INSERT ON keys
    FOR EACH ROW EXECUTE FUNCTION log_act('created_by', 'id', 'channel', 'name');
CREATE TRIGGER revoked AFTER UPDATE ON keys
    FOR EACH ROW EXECUTE FUNCTION log_act('revoked_by', 'id', 'revoked_at');
