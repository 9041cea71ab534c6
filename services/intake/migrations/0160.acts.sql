-- Keys of adapters are made and revoked in place.
CREATE TRIGGER made AFTER INSERT ON keys
    FOR EACH ROW EXECUTE FUNCTION log_act('created_by', 'id', 'channel', 'name');
CREATE TRIGGER revoked AFTER UPDATE ON keys
    FOR EACH ROW WHEN (old.revoked_at IS DISTINCT FROM new.revoked_at)
    EXECUTE FUNCTION log_act('revoked_by', 'id', 'revoked_at');
REVOKE DELETE ON keys FROM yinuo_intake_app;
