"""The promise chain in the books. Signatures and old heads are looked at by `yinuo promises verify`."""

from typing import Final

from services.dev.audit_checks import Check

_SAID: Final = """
    SELECT *, convert_from(body, 'UTF8')::jsonb AS said,
           row_number() OVER chain AS place, lag(hash, 1, repeat('0', 64)) OVER chain AS before
    FROM assignment.audit_promise_facts
    WINDOW chain AS (PARTITION BY authority ORDER BY seq)
"""

PROMISES: Final = (
    Check(
        "promise_chain",
        "承诺链首尾相接",
        "every fact about a promise has its hash, and names the one before",
        "SELECT count(*) FROM assignment.audit_promise_facts",
        f"""
        SELECT authority || ' ' || seq AS what FROM ({_SAID}) AS f
        WHERE encode(sha256(body), 'hex') <> hash OR seq <> place
            OR (said ->> 'authority', (said ->> 'seq')::bigint, said ->> 'previous')
               IS DISTINCT FROM (authority, seq, before)
            OR (said ->> 'promise_id', (said ->> 'version')::int, said ->> 'type')
               IS DISTINCT FROM (promise_id::text, version, type)
        """,
    ),
    Check(
        "promise_head",
        "承诺链的链头就是最后一条",
        "the head of each chain is its last fact, with that fact's signature",
        "SELECT count(*) FROM assignment.audit_promise_heads WHERE seq > 0",
        """
        SELECT coalesce(h.authority, f.authority) AS what
        FROM (SELECT * FROM assignment.audit_promise_heads WHERE seq > 0) AS h
        FULL JOIN (
            SELECT DISTINCT ON (authority) * FROM assignment.audit_promise_facts ORDER BY authority, seq DESC
        ) AS f USING (authority)
        WHERE (h.seq, h.hash, h.signature, h.key) IS DISTINCT FROM (f.seq, f.hash, f.signature, f.key)
        """,
    ),
    Check(
        "promise_list",
        "承诺清单与承诺链一致",
        "the list says of each promise what its last facts say",
        "SELECT count(*) FROM assignment.audit_promises",
        f"""
        WITH last AS (
            SELECT DISTINCT ON (promise_id) promise_id, version, said FROM ({_SAID}) AS f
            ORDER BY promise_id, version DESC
        ), spoken AS (
            SELECT DISTINCT ON (promise_id) promise_id, said ->> 'words' AS words, said ->> 'due' AS due
            FROM ({_SAID}) AS f WHERE said ? 'words' ORDER BY promise_id, version DESC
        )
        SELECT coalesce(p.number, l.said ->> 'number') AS what
        FROM assignment.audit_promises AS p
        FULL JOIN last AS l USING (promise_id)
        LEFT JOIN spoken AS s USING (promise_id)
        WHERE (p.number, p.version, p.due::text, p.words, p.state) IS DISTINCT FROM
              (l.said ->> 'number', l.version, s.due, s.words,
               coalesce(l.said ->> 'outcome', 'standing'))
        """,
    ),
    Check(
        "promise_head_printed",
        "通报所印链头与承诺链一致",
        "every head that a circular printed is in the chain as it was printed",
        "SELECT count(*) FROM reporting.audit_printed_heads",
        """
        SELECT 'circular ' || coalesce(p.number, p.week::text) || ' fact ' || p.seq AS what
        FROM reporting.audit_printed_heads AS p
        LEFT JOIN assignment.audit_promise_facts AS f USING (authority, seq)
        WHERE f.hash IS DISTINCT FROM p.hash
        """,
    ),
)
