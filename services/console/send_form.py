"""Send a filled-in form to assignment: the act that the form is for, as the API's description has it."""

from services.console.apis_assignment import Assignment
from services.console.pages import Fields
from services.console.step_forms import StepForm, filled_in


async def send_form(assignment: Assignment, token: str, form: StepForm, fields: Fields) -> None:
    """Raises Unfit, Refused, Away."""
    assert form.path is not None  # noqa: S101  the caller shows what has no place
    await assignment.take(token, form.path, filled_in(form, fields))
