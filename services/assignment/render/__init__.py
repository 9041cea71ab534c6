"""A project as people print it: the ledger page (台账页)."""
