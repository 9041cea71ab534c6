"""What may go wrong on a stack, as SQL that makes it so, and the audit's checks that must notice it."""


def one(table: str, condition: str = "true") -> str:
    """A WHERE clause for one row of a table."""
    return f"WHERE ctid = (SELECT min(ctid) FROM {table} WHERE {condition})"


def without(table: str, condition: str = "true") -> str:
    return f"DELETE FROM {table} {one(table, condition)}"


def told(figure: str) -> str:
    """A figure of the second circular that says one too many."""
    path = f"'{{counts,{figure}}}'"
    counted = f"(document::jsonb #>> {path})::int + 1"
    return f"""
        UPDATE reporting.circulars
        SET document = jsonb_set(document::jsonb, {path}, to_jsonb({counted}))::text
        WHERE first = '2021-03-08'
    """


FIRST_BOOK = "(SELECT min(b.book) FROM reporting.books AS b)"

FAULTS: dict[str, tuple[str, set[str]]] = {
    "a case is lost": (
        without("assignment.cases", "case_id NOT IN (SELECT case_id FROM assignment.steps)"),
        {"demand_has_case", "limit_has_case", "counted_exist"},
    ),
    "a case has no demand": (without("intake.demands"), {"case_has_demand", "counted_exist"}),
    "a demand has two cases": (
        """
        INSERT INTO assignment.cases SELECT (jsonb_populate_record(c, jsonb_build_object(
            'case_id', gen_random_uuid(), 'receipt', 'YN-twice'))).* FROM assignment.cases AS c LIMIT 1
        """,
        {"one_case_per_demand", "case_has_demand", "case_has_two_limits", "case_counted"},
    ),
    "a case has no unit": (
        f"UPDATE assignment.cases SET unit = '' {one('assignment.cases')}",
        {"case_has_unit_and_post", "limits_follow_cases"},
    ),
    "a case says completed without a step": (
        "UPDATE assignment.cases SET state = 'completed' " + one("assignment.cases", "state = 'dispatched'"),
        {"case_equals_steps", "limits_follow_cases"},
    ),
    "a merged case has lost its lead": (
        "UPDATE assignment.cases SET lead = NULL " + one("assignment.cases", "state = 'merged'"),
        {"merged_cases_have_a_lead"},
    ),
    "a merged case is handled on": (
        "UPDATE assignment.cases SET state = 'dispatched' " + one("assignment.cases", "state = 'merged'"),
        {"merged_cases_have_a_lead", "case_equals_steps", "limits_follow_cases"},
    ),
    "a withdrawn demand is handled on": (
        "UPDATE assignment.cases SET state = 'dispatched' " + one("assignment.cases", "state = 'withdrawn'"),
        {"withdrawal_ends_case", "case_equals_steps", "limits_follow_cases"},
    ),
    "a case is withdrawn by nobody": (without("intake.withdrawals"), {"withdrawn_by_citizen"}),
    "a rating isn't counted": (
        without("reporting.facts", "kind = 'rated'"),
        {"ratings_counted", "circulars_equal_facts"},
    ),
    "a limit is missing": (without("supervision.limits"), {"case_has_two_limits"}),
    "a case doesn't know its limits": (without("assignment.dues"), {"case_knows_limits"}),
    "a case doesn't know a notice": (without("assignment.notices"), {"case_knows_notices"}),
    "a demand isn't counted": (
        without("reporting.facts", "kind = 'registered'"),
        {"demand_counted", "circulars_equal_facts", "circulars_equal_channels"},
    ),
    "a case isn't counted": (
        without("reporting.facts", "kind = 'assigned'"),
        {"case_counted", "book_equals_facts", "circulars_equal_facts"},
    ),
    "a fact is counted twice": (
        """
        INSERT INTO reporting.facts SELECT (jsonb_populate_record(f, jsonb_build_object(
            'event_id', gen_random_uuid()))).* FROM reporting.facts AS f WHERE kind = 'assigned' LIMIT 1
        """,
        {"counted_once", "book_equals_facts", "circulars_equal_facts"},
    ),
    "a step isn't counted": (without("reporting.facts", "kind = 'signed_for'"), {"steps_counted"}),
    "set limits aren't counted": (without("reporting.facts", "kind = 'limits_set'"), {"limits_counted"}),
    "a notice isn't counted": (without("reporting.facts", "kind = 'notice'"), {"notices_counted"}),
    "an acknowledgement isn't counted": (
        without("reporting.facts", "kind = 'acknowledged'"),
        {"acknowledgements_counted"},
    ),
    "a fact lies on the wrong day": (
        "UPDATE reporting.facts SET day = day + 7 " + one("reporting.facts", "day < '2021-03-08'"),
        {"days_follow_cuts"},
    ),
    "a week has no circular": (
        """
        INSERT INTO reporting.circulars SELECT (jsonb_populate_record(c, jsonb_build_object(
            'ref', 'lost', 'first', first + 14, 'until', until + 14, 'number', NULL, 'state', 'draft'))).*
        FROM reporting.circulars AS c WHERE first = '2021-03-08'
        """,
        {"circulars_follow"},
    ),
    "a figure is wrong": (
        told("completed"),
        {
            "circulars_equal_facts",
            "circulars_equal_rows",
            "circulars_frozen",
            "slices_add_up",
            "judgement_equation",
        },
    ),
    "a channel's figure is wrong": (
        told("received"),
        {"circulars_equal_facts"},
    ),
    "the balance doesn't add up": (told("carried_forward"), {"balance_equation", "circulars_equal_rows"}),
    "a case falls out of the balance": (
        without("reporting.ledger", "carried"),
        {"balance_carried", "circulars_equal_rows"},
    ),
    "a book forgets which one it opens from": (
        "UPDATE reporting.books SET opens_from = NULL WHERE first = '2021-03-08'",
        {"books_open_where_others_end", "balance_carried"},
    ),
    "a completion is never judged": (
        "UPDATE reporting.ledger SET complete_due = NULL "
        + one(
            "reporting.ledger", "closed_as = 'completed' AND book = (SELECT min(book) FROM reporting.books)"
        ),
        {"completions_judged", "circulars_equal_rows"},
    ),
    "a completion is judged twice": (
        """
        INSERT INTO reporting.ledger SELECT (jsonb_populate_record(l, jsonb_build_object(
            'book', (SELECT max(book) FROM reporting.books), 'settling', true))).* FROM reporting.ledger AS l
        WHERE closed_as = 'completed' AND book = (SELECT min(book) FROM reporting.books) LIMIT 1
        """,
        {"completions_judged", "circulars_equal_rows"},
    ),
    "a fact about a promise isn't counted": (
        without("reporting.list_facts", "list = 'promise'"),
        {"lists_counted", "lists_stand", "lists_equal_facts"},
    ),
    "a project leaves its list": (
        without("reporting.list_closed", "list = 'project'"),
        {"lists_stand"},
    ),
    "a figure of the lists is wrong": (told("promises_standing"), {"lists_equal_facts"}),
    "a figure of the call-backs is wrong": (told("called_back"), {"lists_equal_facts"}),
    "a figure of what stands late is wrong": (told("further_passed"), {"lists_equal_rows"}),
    "a letter is counted that nobody issued": (
        """
        INSERT INTO reporting.list_facts
            (event_id, at, day, list, kind, topic, partition, "offset", late, item, version, state, unit)
        VALUES (gen_random_uuid(), '2021-03-02 08:00+08', '2021-03-02', 'letter', 'issued', 'supervision', 0,
                0, false, gen_random_uuid(), 1, 'issued', 'nobody')
        """,
        {"supervision_list_counted", "lists_stand", "lists_equal_facts"},
    ),
    "a consequence is counted that nobody drew": (
        """
        INSERT INTO reporting.list_facts
            (event_id, at, day, list, kind, topic, partition, "offset", late, item, version, tier, unit)
        VALUES (gen_random_uuid(), '2021-03-02 08:00+08', '2021-03-02', 'consequence', 'drawn', 'supervision',
                0, 0, false, gen_random_uuid(), 1, 'interview', 'nobody')
        """,
        {"supervision_list_counted", "lists_equal_facts"},
    ),
    "a unit is suspected of what it didn't do": (
        """
        UPDATE reporting.circulars SET document = jsonb_set(document::jsonb, '{gaming,0,units}',
            '[{"code": "nobody", "name": "nobody", "count": 3}]')::text
        WHERE first = '2021-03-08'
        """,
        {"gaming_equals_facts", "circulars_frozen"},
    ),
    "a figure of the letters is wrong": (told("letters_issued"), {"lists_equal_facts"}),
    "a figure of the updated projects is wrong": (told("projects_updated"), {"lists_equal_facts"}),
    "a figure of the listings is wrong": (told("listings_silent"), {"lists_equal_rows"}),
    "a counter of letters has run ahead": (
        "INSERT INTO supervision.letter_numbers (word, year, last) VALUES ('无', 2021, 3)",
        {"letter_numbers_without_gaps"},
    ),
    "a letter follows from a finding that isn't there": (
        """
        INSERT INTO supervision.letters (letter_id, version, state, unit, addressed, title, found, required,
            finding_id, drafted_at, drafted_by, returns)
        VALUES (gen_random_uuid(), 0, 'drafted', 'nobody', 'unit', '', '', '', gen_random_uuid(), now(), '',
                0)
        """,
        {"findings_have_letters", "letter_equals_steps"},
    ),
    "a letter's limit runs without a letter": (
        """
        INSERT INTO supervision.limits SELECT (jsonb_populate_record(w, jsonb_build_object(
            'subject', 'letter', 'subject_id', gen_random_uuid(), 'kind', 'letter_reply'))).*
        FROM supervision.limits AS w WHERE kind = 'complete' LIMIT 1
        """,
        {"letter_limits_follow_states"},
    ),
    "nobody was set what is watched": (
        """
        INSERT INTO supervision.limits SELECT (jsonb_populate_record(w, jsonb_build_object(
            'subject', 'follow_up', 'subject_id', gen_random_uuid(), 'kind', 'follow_up'))).*
        FROM supervision.limits AS w WHERE kind = 'complete' LIMIT 1
        """,
        {"follow_ups_are_watched"},
    ),
    "a listing stands that nobody opened": (
        """
        INSERT INTO supervision.listings (listing_id, version, state, subject_kind, subject_id, times, unit,
            post, title, reason, ratings, opened_at, opened_by, reports)
        VALUES (gen_random_uuid(), 1, 'listed', 'case', gen_random_uuid(), 2, 'nobody', '', '', '', 0, now(),
                '', 0)
        """,
        {
            "listings_open_once",
            "listing_equals_steps",
            "listings_are_reported_on",
            "listings_follow_subjects",
        },
    ),
    "a project was updated by a finding that isn't there": (
        """
        UPDATE assignment.project_facts
        SET data = jsonb_set(data, '{finding_id}', to_jsonb(gen_random_uuid()::text))
        """
        + one("assignment.project_facts"),
        {"updates_have_findings"},
    ),
    "a meeting's agenda was drawn after its minutes": (
        """
        INSERT INTO supervision.meetings (meeting_id, name, day, drawn_at, drawn_by, minutes, closed_at)
        VALUES (gen_random_uuid(), '', '2021-03-02', now(), '', '', now() - interval '1 day')
        """,
        {"meetings_as_held"},
    ),
    "a fact about a promise has another hash": (
        "UPDATE assignment.promise_facts SET hash = repeat('0', 64) WHERE seq = 1",
        {"promise_chain"},
    ),
    "the promise chain's head is another": (
        "UPDATE assignment.promise_heads SET hash = repeat('0', 64)",
        {"promise_head"},
    ),
    "the list of promises says another date": (
        "UPDATE assignment.promises SET due = due + 1 WHERE number = '诺1'",
        {"promise_list"},
    ),
    "a circular printed another head than the chain has": (
        """
        UPDATE reporting.circulars SET document = jsonb_set(document::jsonb, '{promise_head,seq}', '1')::text
        WHERE first = '2021-03-08'
        """,
        {"promise_head_printed"},
    ),
    "a fact about a project is gone": (
        without("assignment.project_facts", "type = 'yinuo.project.opened.v1'"),
        {"project_equals_facts", "project_says_facts"},
    ),
    "a project has another budget": (
        """UPDATE assignment.projects SET plan = jsonb_set(plan, '{budget}', '"1.00"')""",
        {"project_says_facts"},
    ),
    "a project is under way again": (
        "UPDATE assignment.projects SET state = 'under_way'",
        {"project_says_facts"},
    ),
    "a project came further than was reported": (
        "UPDATE assignment.projects SET percent = percent - 1",
        {"project_says_facts"},
    ),
    "a project is said to be led by another unit": (
        "UPDATE assignment.projects SET lead_unit = 'nobody'",
        {"project_says_facts"},
    ),
    "a project loses a case": (
        without("assignment.project_cases"),
        {"project_cases_equal_facts", "citizens_know_projects"},
    ),
    "a project answers a demand that isn't there": (
        "UPDATE assignment.project_cases SET demand_id = gen_random_uuid() "
        + one("assignment.project_cases"),
        {"project_cases_exist", "citizens_know_projects"},
    ),
    "a citizen isn't shown the project": (without("intake.demand_projects"), {"citizens_know_projects"}),
    "a citizen is shown another date": (
        "UPDATE intake.projects SET completion = completion + 1",
        {"citizens_know_dates"},
    ),
    "a project doesn't know its rating": (
        without("assignment.project_ratings"),
        {"project_ratings_kept"},
    ),
    "an extension asked for is in no limit": (
        "UPDATE assignment.cases SET extension_asked = 3 " + one("assignment.cases", "state = 'signed_for'"),
        {"further_limits_follow_cases"},
    ),
    "a rectification has no limit": (
        without("supervision.limits", "kind = 'rectification'"),
        {"further_limits_follow_cases"},
    ),
    "nobody acted on a dispute that passed": (
        without("assignment.steps", "by = 'rule:dispute'"),
        {"returns_are_decided", "case_equals_steps", "steps_counted"},
    ),
    "a case doesn't know a limit that passed": (
        without("assignment.passed_limits"),
        {"cases_know_further_limits"},
    ),
    "a letter is dead": (
        """
        INSERT INTO intake.dead_letters (topic, partition, "offset", key, headers, value, reason)
        VALUES ('case', 0, 0, 'k', '[]', '', '')
        """,
        {"no_dead_letters"},
    ),
}
