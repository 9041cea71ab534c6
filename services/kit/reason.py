"""An error in words that may be kept and logged: facts of the program, never a citizen's words."""

import asyncpg


def described(error: BaseException) -> str:
    """Class and message; of PostgreSQL's errors class, SQLSTATE and the names of what refused.

    PostgreSQL quotes values in its messages and whole rows in their details ("Failing row contains …").
    """
    if not isinstance(error, asyncpg.PostgresError):
        return f"{type(error).__name__}: {error}"
    names = {
        "sqlstate": error.sqlstate,
        "table": error.table_name,
        "column": error.column_name,
        "constraint": error.constraint_name,
    }
    return " ".join([type(error).__name__, *(f"{name}={value}" for name, value in names.items() if value)])
