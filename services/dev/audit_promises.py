"""The promise chain in the books. Signatures and old heads are looked at by `yinuo promises verify`."""

from typing import Final

from services.dev.audit_checks import Check

_SAID: Final = """
    SELECT *, convert_from(body, 'UTF8')::jsonb AS said,
           row_number() OVER chain AS place, lag(hash, 1, repeat('0', 64)) OVER chain AS before
    FROM assignment.audit_promise_facts
    WINDOW chain AS (PARTITION BY authority ORDER BY seq)
"""

_MADE: Final = (
    "authority",
    "number",
    "tier",
    "unit",
    "post",
    "holder",
    "member",
    "made_on",
    "occasion",
    "evidence",
)
_EXPECTED: Final = {
    "version": "version::text",
    **{name: f"made ->> '{name}'" for name in _MADE},
    "first_words": "made ->> 'words'",
    "first_due": "made ->> 'due'",
    "recorded_at": "extract(epoch FROM (made ->> 'at')::timestamptz)::text",
    **{name: f"spoken ->> '{name}'" for name in ("words", "due", "projects")},
    **{name: f"aired ->> '{name}'" for name in ("programme", "aired_on", "clip")},
    "state": "coalesce(ended ->> 'outcome', 'standing')",
    "settled_on": "ended ->> 'settled_on'",
}
"""What the list must say, column by column, as text: of the first fact, or of the last that says it."""
_AS_TEXT: Final = {
    "recorded_at": "extract(epoch FROM recorded_at)::text",
    "projects": "to_jsonb(projects)::text",
}
_LISTED: Final = [f"{_AS_TEXT.get(column, f'{column}::text')} AS {column}" for column in _EXPECTED]

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
        WITH told AS (
            SELECT promise_id, max(version) AS version,
                   (array_agg(said ORDER BY version) FILTER (WHERE said ? 'made_on'))[1] AS made,
                   (array_agg(said ORDER BY version DESC) FILTER (WHERE said ? 'words'))[1] AS spoken,
                   (array_agg(said ORDER BY version DESC) FILTER (WHERE said ? 'programme'))[1] AS aired,
                   (array_agg(said ORDER BY version DESC) FILTER (WHERE said ? 'outcome'))[1] AS ended
            FROM ({_SAID}) AS f GROUP BY promise_id
        ), expected AS (
            SELECT promise_id, {", ".join(f"{said} AS {column}" for column, said in _EXPECTED.items())}
            FROM told
        )
        SELECT coalesce(p.number, e.number) AS what
        FROM (SELECT promise_id, {", ".join(_LISTED)} FROM assignment.audit_promises) AS p
        FULL JOIN expected AS e USING (promise_id)
        WHERE ({", ".join(f"p.{column}" for column in _EXPECTED)}) IS DISTINCT FROM
              ({", ".join(f"e.{column}" for column in _EXPECTED)})
        """,
    ),
    Check(
        "promise_head_printed",
        "通报所印链头与承诺链一致",
        "every head that a circular printed is in the chain as it was printed",
        "SELECT count(*) FROM reporting.audit_printed_heads",
        """
        SELECT 'circular ' || coalesce(p.number, p.ref) || ' fact ' || p.seq AS what
        FROM reporting.audit_printed_heads AS p
        LEFT JOIN assignment.audit_promise_facts AS f USING (authority, seq)
        WHERE f.hash IS DISTINCT FROM p.hash
        """,
    ),
)
