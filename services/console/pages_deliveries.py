"""The delivery log: what was sent to whom by e-mail and webhook, each try, and a button to send it again."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis import Apis
from services.console.apis_assignment import Post
from services.console.apis_delivery import SENDERS
from services.console.call import Away, Refused
from services.console.faults import NOTHING, Told, told_of
from services.console.pages import Pages, further, see, shown_at
from services.console.session import SEES_DELIVERIES, SENDS_AGAIN

STATES: Final = ("waiting", "sent", "given_up")
CHANNELS: Final = ("email", "webhook")
Sender = Literal["supervision", "reporting"]
Text = Annotated[str, Query(max_length=200)]


def delivery_routes(pages: Pages, apis: Apis) -> APIRouter:
    """The routes; the services decide who reads their log, and who has a message tried again."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.get("/deliveries", summary="What was sent to whom (supervision office, administrator)")
    async def read_log(
        request: Request,
        sender: Sender = "supervision",
        state: Text = "",
        channel: Text = "",
        recipient: Text = "",
        after: Text = "",
        done: bool = False,
    ) -> Response:
        chosen = {"sender": sender, "state": state, "channel": channel, "recipient": recipient}
        return await _page(pages, apis, request, chosen, after, done=done)

    @routes.post("/deliveries/{sender}/{message_id}/retry", summary="Try a message again now (administrator)")
    async def retry(request: Request, sender: Sender, message_id: UUID) -> Response:
        token = pages.login(request, *SENDS_AGAIN).token
        await pages.own_form(request)
        try:
            await apis.deliveries.retry(token, sender, message_id)
        except Refused as refused:
            told = Told(404, refused.faults) if refused.status == 404 else told_of(refused)
            return await _page(pages, apis, request, {"sender": sender}, told=told)
        return see(f"/deliveries?{urlencode({'sender': sender, 'done': 'true'})}")

    @routes.get("/deliveries/{sender}/{message_id}/retry", summary="Back to the log (anybody)")
    async def back(request: Request, sender: Sender) -> Response:
        return shown_at(request, "/deliveries")

    return routes


async def _page(
    pages: Pages,
    apis: Apis,
    request: Request,
    given: dict[str, str],
    after: str = "",
    told: Told = NOTHING,
    done: bool = False,
) -> Response:
    login = pages.login(request, *SEES_DELIVERIES)
    chosen = {"sender": "", "state": "", "channel": "", "recipient": "", **given}
    sender = SENDERS[SENDERS.index(chosen["sender"])]
    asked = {name: value for name, value in chosen.items() if name != "sender"}
    page = await apis.deliveries.page(login.token, sender, after=after, **asked)
    posts = await _posts(apis, login.token)
    return pages.show(
        request,
        "deliveries.html",
        told.status,
        rows=page.messages,
        chosen=chosen,
        senders=SENDERS,
        states=STATES,
        channels=CHANNELS,
        titles={f"post:{one.code}": f"{pages.units.name(one.unit)} {one.title}" for one in posts},
        further=further("/deliveries", chosen, page.next),
        sends_again=login.staff.role in SENDS_AGAIN,
        told=told.faults,
        done=done,
    )


async def _posts(apis: Apis, token: str) -> Sequence[Post]:
    """Without any while they can't be read: the log is shown anyway."""
    try:
        return (await apis.assignment.directory(token)).posts
    except (Refused, Away):
        return ()
