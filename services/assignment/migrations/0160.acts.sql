-- Offers are decided and members' names erased in place; steps and directories are records.
CREATE TRIGGER decided AFTER UPDATE ON project_offers
    FOR EACH ROW EXECUTE FUNCTION log_act('decided_by', 'case_id', 'project_id', 'accepted');
CREATE TRIGGER erased AFTER UPDATE ON promise_members
    FOR EACH ROW EXECUTE FUNCTION log_act('erased_by', 'promise_id', 'erased_at');
REVOKE UPDATE, DELETE ON steps, directories FROM yinuo_assignment_app;
