"""What citizens and adapters follow of their demands, and what citizens say of them afterwards."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from services.contracts.case import (
    CaseArchived,
    CaseCalledBack,
    CaseCompleted,
    CaseExtensionGranted,
    CaseFollowed,
    CaseMerged,
    CaseRatingLate,
    CaseRedone,
    CaseReturned,
    CaseSignedFor,
    CaseSuspended,
    CaseWithdrawalLate,
)
from services.contracts.directory import UnitRecorded
from services.contracts.envelope import Event
from services.contracts.public_text import PublicText
from services.contracts.supervision import LimitsSet
from services.kit.postgres import Database
from tests.builders import NOON, case_assigned
from tests.intake_process import Headers, Publish, TokenFor, demand_id, identity, new_key, send
from tests.service_process import eventually


async def test_a_demand_is_followed_from_receipt_to_reply(
    client: httpx.AsyncClient, key: Headers, database: Database, publish: Publish
) -> None:
    sent = (await send(client, key | identity())).json()
    path, code = f"/demands/{sent['receipt']}", {"tracking_code": sent["tracking_code"]}
    before = (await client.get(path, params=code)).json()
    assert (before["state"], before["unit"], before["limit"]) == ("registered", None, None)

    demand = await demand_id(database, sent["receipt"])
    unit, other = f"u-{uuid4().hex[:8]}", f"u-{uuid4().hex[:8]}"
    assigned = case_assigned(demand_id=demand, receipt=sent["receipt"], unit=unit)
    about = {"case_id": assigned.case_id, "demand_id": demand}
    due = NOON + timedelta(days=10)
    await publish(
        [
            LimitsSet(**about, dispatch=1, version=1, sign_for_due=None, complete_due=due),
            UnitRecorded(version=1, code=unit, name="水务局", kind="department"),
            assigned,
            CaseReturned(
                **about,
                version=2,
                dispatch=2,
                from_unit=unit,
                reason=PublicText("非我局职责"),
                unit=other,
                post="p",
            ),
            CaseSignedFor(**about, version=3, dispatch=2, unit=other),
            CaseCompleted(**about, version=4, dispatch=2, unit=other, reply=PublicText("已恢复供水。")),
        ]
    )

    async def completed() -> dict[str, Any] | None:
        found: dict[str, Any] = (await client.get(path, params=code)).json()
        return (
            found
            if found["state"] == "completed" and found["limit"] and found["timeline"][1]["unit_name"]
            else None
        )

    after = await eventually(completed)
    assert (after["unit"], after["reply"]) == (other, "已恢复供水。")
    assert [step["step"] for step in after["timeline"]] == [
        "registered",
        "assigned",
        "returned",
        "signed_for",
        "completed",
    ]
    assert after["timeline"][1]["unit_name"] == "水务局"


async def _moved_to(
    client: httpx.AsyncClient, sent: dict[str, Any], database: Database, publish: Publish, *replied: str
) -> str:
    """A demand whose case was assigned to a unit and, where a reply is given, completed; its path."""
    demand = await demand_id(database, sent["receipt"])
    assigned = case_assigned(demand_id=demand, receipt=sent["receipt"])
    about = {"case_id": assigned.case_id, "demand_id": demand, "dispatch": 1, "unit": assigned.unit}
    replies = [
        CaseCompleted.model_validate({**about, "version": 2, "reply": PublicText(reply)}) for reply in replied
    ]
    await publish([assigned, *replies])
    path, code = f"/demands/{sent['receipt']}", {"tracking_code": sent["tracking_code"]}

    async def moved() -> bool:
        state = (await client.get(path, params=code)).json()["state"]
        return bool(state == ("completed" if replied else "dispatched"))

    await eventually(moved)
    return path


async def test_a_citizen_withdraws_once_while_the_case_is_under_way(
    client: httpx.AsyncClient, key: Headers, database: Database, publish: Publish
) -> None:
    sent = (await send(client, key | identity())).json()
    code = {"tracking_code": sent["tracking_code"]}
    early = await client.post(f"/demands/{sent['receipt']}/withdrawal", json=code)
    assert (early.status_code, early.json()["field"]) == (409, "receipt")
    path = await _moved_to(client, sent, database, publish)
    wrong = await client.post(f"{path}/withdrawal", json={"tracking_code": "AAAAAAAAAA"})
    assert wrong.status_code == 404
    answers = await asyncio.gather(
        *(client.post(f"{path}/withdrawal", json={**code, "reason": "来水了。"}) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409]


async def _told(
    client: httpx.AsyncClient,
    sent: dict[str, Any],
    database: Database,
    publish: Publish,
    *steps: tuple[type[Event], dict[str, Any]],
) -> dict[str, Any]:
    """Where a demand stands when its citizen has been told these further steps of its case."""
    path, code = f"/demands/{sent['receipt']}", {"tracking_code": sent["tracking_code"]}
    demand = await demand_id(database, sent["receipt"])
    before = (await client.get(path, params=code)).json()
    known = {"case_id": uuid4(), "demand_id": demand, "dispatch": 1, "unit": before["unit"]}
    first = len(before["timeline"])
    await publish(
        [
            kind.model_validate({**known, "version": first + number, **said})
            for number, (kind, said) in enumerate(steps)
        ]
    )

    async def told() -> dict[str, Any] | None:
        found: dict[str, Any] = (await client.get(path, params=code)).json()
        return found if len(found["timeline"]) == first + len(steps) else None

    found: dict[str, Any] = await eventually(told)
    return found


async def test_a_withdrawal_that_came_too_late_is_told_and_may_be_said_again_when_the_case_is_handled_anew(
    client: httpx.AsyncClient, key: Headers, database: Database, publish: Publish
) -> None:
    sent = (await send(client, key | identity())).json()
    code = {"tracking_code": sent["tracking_code"]}
    path = await _moved_to(client, sent, database, publish)
    assert (await client.get(path, params=code)).json()["withdrawal"] is None
    assert (await client.post(f"{path}/withdrawal", json=code)).status_code == 202
    assert (await client.get(path, params=code)).json()["withdrawal"] == "sent"
    reply, why = {"reply": "已恢复供水。"}, {"reason": "未说明", "post": "p", "dispatch": 2}
    replied = await _told(client, sent, database, publish, (CaseCompleted, reply), (CaseRedone, why))
    assert (replied["state"], replied["withdrawal"]) == ("dispatched", "sent")
    assert (await client.post(f"{path}/withdrawal", json=code)).status_code == 409
    late = {"state": "dispatched", "dispatch": 2}
    after = await _told(client, sent, database, publish, (CaseWithdrawalLate, late))
    assert (after["withdrawal"], after["timeline"][-1]["step"]) == ("late", "withdrawal_late")
    assert after["reply"] == "已恢复供水。"
    answers = await asyncio.gather(*(client.post(f"{path}/withdrawal", json=code) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409]
    assert (await client.get(path, params=code)).json()["withdrawal"] == "sent"


async def test_a_rating_that_loses_the_race_to_a_redo_is_not_spent(
    client: httpx.AsyncClient, key: Headers, database: Database, publish: Publish
) -> None:
    sent = (await send(client, key | identity())).json()
    path, code = await _moved_to(client, sent, database, publish), {"tracking_code": sent["tracking_code"]}
    bad, good = {**code, "level": "dissatisfied"}, {**code, "level": "satisfied"}
    await _told(client, sent, database, publish, (CaseCompleted, {"reply": "已恢复供水。"}))
    assert (await client.post(f"{path}/rating", json=bad)).status_code == 201
    why, anew = {"reason": "未说明", "post": "p", "dispatch": 2}, {"state": "dispatched", "dispatch": 2}
    late = await _told(client, sent, database, publish, (CaseRedone, why), (CaseRatingLate, anew))
    assert (late["rating"], late["timeline"][-1]["step"]) == (None, "rating_late")
    await _told(client, sent, database, publish, (CaseCompleted, {"reply": "已修好。", "dispatch": 2}))
    answers = await asyncio.gather(*(client.post(f"{path}/rating", json=good) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert (await client.get(path, params=code)).json()["rating"] == "satisfied"


async def test_a_filed_demand_stays_filed_when_its_citizen_is_called_back(
    client: httpx.AsyncClient, key: Headers, database: Database, publish: Publish
) -> None:
    sent = (await send(client, key | identity())).json()
    await _moved_to(client, sent, database, publish)
    called = {"note": "满意", "state": "archived"}
    after = await _told(client, sent, database, publish, (CaseArchived, {}), (CaseCalledBack, called))
    assert (after["state"], after["timeline"][-1]["step"]) == ("archived", "called_back")


async def test_nobody_withdraws_a_demand_with_a_token_or_a_key(
    client: httpx.AsyncClient, key: Headers, database: Database, publish: Publish, token_for: TokenFor
) -> None:
    sent = (await send(client, key | identity())).json()
    path, code = await _moved_to(client, sent, database, publish), {"tracking_code": sent["tracking_code"]}
    for headers in (token_for("administrator"), key):
        refused = await client.post(f"{path}/withdrawal", json=code, headers=headers)
        assert (refused.status_code, refused.json()["field"]) == (403, "Authorization")
    assert (await client.post(f"{path}/withdrawal", json=code)).status_code == 202


async def test_a_merged_demand_s_citizen_reads_how_the_matter_was_put_right_beside_the_reply(
    client: httpx.AsyncClient, key: Headers, database: Database, publish: Publish
) -> None:
    sent = (await send(client, key | identity())).json()
    await _moved_to(client, sent, database, publish)
    lead = {"lead": uuid4(), "unit": "roads"}
    after = await _told(
        client,
        sent,
        database,
        publish,
        (CaseMerged, {**lead, "state": "signed_for", "reason": "同一处"}),
        (CaseFollowed, {**lead, "state": "completed", "reply": "已修好。"}),
        (CaseFollowed, {**lead, "state": "completed", "rectification": "已重修。"}),
    )
    assert (after["state"], after["reply"], after["rectification"]) == ("completed", "已修好。", "已重修。")
    assert [one["step"] for one in after["timeline"]][2:] == ["merged", "completed", "rectified"]


async def test_a_demand_whose_case_rests_goes_on_resting_when_more_time_is_granted(
    client: httpx.AsyncClient, key: Headers, database: Database, publish: Publish
) -> None:
    sent = (await send(client, key | identity())).json()
    await _moved_to(client, sent, database, publish)
    rests, more = {"reason": "待批复"}, {"days": 3, "state": "suspended"}
    after = await _told(client, sent, database, publish, (CaseSuspended, rests), (CaseExtensionGranted, more))
    assert (after["state"], after["timeline"][-1]["step"]) == ("suspended", "extended")


async def test_a_citizen_rates_the_reply_once_and_staff_never(
    client: httpx.AsyncClient, key: Headers, database: Database, publish: Publish, token_for: TokenFor
) -> None:
    sent = (await send(client, key | identity())).json()
    code = {"tracking_code": sent["tracking_code"]}
    path = await _moved_to(client, sent, database, publish, "已恢复供水。")
    rating = {**code, "level": "dissatisfied", "comment": "还是停水。"}
    staff = await client.post(f"{path}/rating", json=rating, headers=token_for("handler"))
    assert (staff.status_code, staff.json()["field"]) == (403, "Authorization")
    unknown = await client.post(f"{path}/rating", json={**rating, "level": "superb"})
    assert (unknown.status_code, unknown.json()["field"]) == (422, "body.level")
    assert (await client.post(f"{path}/withdrawal", json=code)).status_code == 409
    answers = await asyncio.gather(*(client.post(f"{path}/rating", json=rating) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert (await client.get(path, params=code)).json()["rating"] == "dissatisfied"


async def test_nothing_is_rated_before_it_has_a_reply(
    client: httpx.AsyncClient, key: Headers, database: Database, publish: Publish
) -> None:
    sent = (await send(client, key | identity())).json()
    path = await _moved_to(client, sent, database, publish)
    rating = {"tracking_code": sent["tracking_code"], "level": "satisfied"}
    answer = await client.post(f"{path}/rating", json=rating)
    assert (answer.status_code, "reply" in answer.json()["remedy"]) == (409, True)


async def test_an_unknown_receipt_and_a_wrong_code_are_told_alike(
    client: httpx.AsyncClient, key: Headers
) -> None:
    sent = (await send(client, key | identity())).json()
    answers = [
        await client.get(f"/demands/{receipt}", params={"tracking_code": code})
        for receipt, code in (
            (sent["receipt"], "0000000000"),
            ("YN20000101-00000000", sent["tracking_code"]),
            ("%00", "x"),
        )
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


async def test_an_adapter_sees_what_it_sent_page_by_page(
    client: httpx.AsyncClient, key: Headers, token_for: TokenFor, database: Database, publish: Publish
) -> None:
    stranger = await new_key(client, token_for("administrator"))
    await send(client, stranger | identity())
    sent = [(await send(client, key, external_id=str(uuid4()))).json()["receipt"] for _ in range(5)]
    pages, cursor = [], None
    while True:
        page = (
            await client.get(
                "/demands", params={"limit": 2} | ({"after": cursor} if cursor else {}), headers=key
            )
        ).json()
        pages += [shown["receipt"] for shown in page["demands"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(pages) == sorted(sent)

    since = page["until"]
    await publish([case_assigned(demand_id=await demand_id(database, sent[2]), receipt=sent[2])])

    async def changed() -> bool:
        found = (await client.get("/demands", params={"changed_since": since}, headers=key)).json()["demands"]
        return ("dispatched", sent[2]) in {(shown["state"], shown["receipt"]) for shown in found}

    await eventually(changed)


async def test_a_cursor_that_is_none_is_refused(client: httpx.AsyncClient, key: Headers) -> None:
    for after in ("x", "eA", "////", "码"):
        answer = await client.get("/demands", params={"after": after}, headers=key)
        assert (answer.status_code, answer.json()["field"]) == (422, "after")
