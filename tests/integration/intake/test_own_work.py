"""Nobody rates his own work: a unit's people are recognised by what they left as citizens."""

from datetime import date
from typing import Any, Final
from uuid import uuid4

import httpx

from services.contracts.case import CaseAssistAsked, CaseAssistReleased, CaseCompleted, CaseFollowed
from services.contracts.directory import UnitRecorded
from services.contracts.project import CaseLinkedToProject, ProjectDone, ProjectOpened, project_id_of
from services.contracts.public_text import PublicText
from services.kit.postgres import Database
from tests.builders import case_assigned
from tests.intake_process import Headers, Publish, TokenFor, demand_id, identity, send
from tests.project_fakes import plan
from tests.service_process import eventually

PHONE: Final = "12000000007"
LEDGER: Final = "自评-1"


async def put(client: httpx.AsyncClient, who: Headers, *contacts: dict[str, str]) -> httpx.Response:
    return await client.put("/staff-contacts", json={"contacts": contacts}, headers=who)


async def replied(
    client: httpx.AsyncClient, key: Headers, database: Database, publish: Publish, unit: str, **sent: Any
) -> tuple[str, dict[str, str]]:
    """The path of a demand with a reply of a unit and a project of it that is done; its tracking code."""
    answer = (await send(client, key | identity(), **sent)).json()
    demand, project = await demand_id(database, answer["receipt"]), project_id_of(f"{LEDGER}{unit}")
    assigned = case_assigned(demand_id=demand, receipt=answer["receipt"], unit=unit)
    about = {"case_id": assigned.case_id, "demand_id": demand, "dispatch": 1, "unit": unit}
    named: dict[str, Any] = {"project_id": project, "ledger": f"{LEDGER}{unit}"}
    await publish(
        [
            assigned,
            CaseCompleted.model_validate({**about, "version": 2, "reply": PublicText("已恢复供水。")}),
            ProjectOpened(**named, version=1, plan=plan(lead_unit="elsewhere", assisting_units=(unit,))),
            CaseLinkedToProject(
                **named,
                version=2,
                case_id=assigned.case_id,
                demand_id=demand,
                how="clerk",
                why=PublicText("同一问题。"),
            ),
            ProjectDone(**named, version=3, on=date(2021, 6, 1), text=PublicText("完工。")),
        ]
    )
    path, code = f"/demands/{answer['receipt']}", {"tracking_code": answer["tracking_code"]}

    async def known() -> bool:
        shown = (await client.get(path, params=code)).json()
        return shown["state"] == "completed" and any(one["done_on"] for one in shown["projects"])

    await eventually(known)
    return path, code


async def test_the_units_people_and_those_above_may_not_rate_and_nothing_is_spent(
    client: httpx.AsyncClient, key: Headers, database: Database, publish: Publish, token_for: TokenFor
) -> None:
    unit, above = f"u-{uuid4().hex[:8]}", f"u-{uuid4().hex[:8]}"
    await publish(
        [
            UnitRecorded(version=1, code=above, name="县政府", kind="county"),
            UnitRecorded(version=1, code=unit, name="水务局", kind="department", parent=above),
        ]
    )
    who = token_for("administrator")
    path, code = await replied(client, key, database, publish, unit, contact={"phone": PHONE}, author_ref="z")
    rating, done = (
        {**code, "level": "very_satisfied"},
        {**code, "level": "satisfied", "ledger": LEDGER + unit},
    )
    for of in (unit, above):
        listed = await put(client, who, {"unit": of, "phone": "+86 120-0000-0007"})
        assert (listed.status_code, listed.json()["contacts"]) == (200, 1)
        for path_of, sent in ((f"{path}/rating", rating), (f"{path}/project-ratings", done)):
            refused = await client.post(path_of, json=sent)
            assert (refused.status_code, refused.json()["field"]) == (403, "receipt"), refused.text
            assert PHONE not in refused.text
    assert (await client.get(path, params=code)).json()["rating"] is None
    await put(client, who, {"unit": "elsewhere-else", "phone": PHONE})
    assert (await client.post(f"{path}/rating", json=rating)).status_code == 201
    assert (await client.post(f"{path}/project-ratings", json=done)).status_code == 201
    assert (await put(client, who)).json() | {"at": None} == {"contacts": 0, "units": 0, "at": None}


async def test_people_of_a_unit_that_assisted_may_not_rate_unless_it_was_let_off(
    client: httpx.AsyncClient, key: Headers, database: Database, publish: Publish, token_for: TokenFor
) -> None:
    helping, lead = f"u-{uuid4().hex[:8]}", uuid4()
    path, code = await replied(
        client, key, database, publish, f"u-{uuid4().hex[:8]}", contact={"phone": PHONE}, author_ref="h"
    )
    await put(client, token_for("administrator"), {"unit": helping, "phone": PHONE})
    receipt = path.rpartition("/")[2]
    case = await database.pool.fetchval(
        "SELECT case_id FROM tracking JOIN demands USING (demand_id) WHERE receipt = $1", receipt
    )
    demand, rating = await demand_id(database, receipt), {**code, "level": "very_satisfied"}
    helped = {"demand_id": uuid4(), "dispatch": 1, "unit": "water", "assisting": helping}
    asked = {"case_id": lead, **helped, "version": 2, "post": "p", "what": PublicText("恢复路面。")}
    merged = {"case_id": case, "demand_id": demand, "dispatch": 1, "unit": "water", "lead": lead}

    async def parts() -> int:
        found: int = await database.pool.fetchval(
            "SELECT count(*) FILTER (WHERE NOT released) FROM assisting_units WHERE case_id = $1", lead
        )
        return found

    async def asked_for() -> bool:
        followed = await database.pool.fetchval("SELECT lead FROM tracking WHERE case_id = $1", case)
        return (await parts(), followed) == (1, lead)

    await publish(
        [
            CaseAssistAsked.model_validate(asked),
            CaseFollowed.model_validate({**merged, "version": 3, "state": "completed"}),
        ]
    )
    await eventually(asked_for)
    assert (await client.post(f"{path}/rating", json=rating)).status_code == 403
    let_off = {"case_id": lead, **helped, "version": 3, "reason": PublicText("不必了。")}
    await publish([CaseAssistReleased.model_validate(let_off)])

    async def released() -> bool:
        return await parts() == 0

    await eventually(released)
    assert (await client.post(f"{path}/rating", json=rating)).status_code == 201
    await put(client, token_for("administrator"))


async def test_a_project_is_rated_once_a_citizen_however_many_demands_it_answers(
    client: httpx.AsyncClient, key: Headers, database: Database, publish: Publish
) -> None:
    unit, phone = f"u-{uuid4().hex[:8]}", {"contact": {"phone": "12000000031"}}
    path, code = await replied(client, key, database, publish, unit, **phone)
    second, another = await linked(client, key, database, publish, unit, 4, **phone)
    third, other = await linked(client, key, database, publish, unit, 5, contact={"phone": "12000000032"})
    said = {"level": "satisfied", "ledger": LEDGER + unit}
    assert (await client.post(f"{path}/project-ratings", json=code | said)).status_code == 201
    [shown] = (await client.get(second, params=another)).json()["projects"]
    assert shown["rating"] == "satisfied"
    again = await client.post(f"{second}/project-ratings", json=another | said)
    assert (again.status_code, again.json()["field"]) == (409, "ledger")
    assert (await client.post(f"{third}/project-ratings", json=other | said)).status_code == 201


async def linked(
    client: httpx.AsyncClient,
    key: Headers,
    database: Database,
    publish: Publish,
    unit: str,
    version: int,
    **sent: Any,
) -> tuple[str, dict[str, str]]:
    """The path of a further demand that the unit's project answers, too; its tracking code."""
    answer = (await send(client, key | identity(), **sent)).json()
    demand, ledger = await demand_id(database, answer["receipt"]), LEDGER + unit
    assigned = case_assigned(demand_id=demand, receipt=answer["receipt"], unit=unit)
    link = CaseLinkedToProject(
        project_id=project_id_of(ledger),
        ledger=ledger,
        version=version,
        case_id=assigned.case_id,
        demand_id=demand,
        how="clerk",
        why=PublicText("同一问题。"),
    )
    await publish([assigned, link])
    path, code = f"/demands/{answer['receipt']}", {"tracking_code": answer["tracking_code"]}

    async def known() -> bool:
        return bool((await client.get(path, params=code)).json()["projects"])

    await eventually(known)
    return path, code


async def test_a_list_is_checked_like_one_that_is_loaded_and_changes_nothing(
    client: httpx.AsyncClient, database: Database, token_for: TokenFor
) -> None:
    who = token_for("administrator")
    await put(client, who, {"unit": "water", "phone": PHONE})
    checked, faulty = [
        await client.post("/staff-contacts/check", json={"contacts": contacts}, headers=who)
        for contacts in ([], [{"unit": "water", "phone": "9131-77"}])
    ]
    assert (checked.status_code, checked.json()["contacts"]) == (200, 0)
    assert (faulty.status_code, faulty.json()["field"]) == (422, "body.contacts.0.phone")
    assert await database.pool.fetchval("SELECT count(*) FROM staff_contacts") == 1
    await put(client, who)


async def test_a_faulty_list_changes_nothing_and_its_values_are_not_told(
    client: httpx.AsyncClient, database: Database, token_for: TokenFor
) -> None:
    who = token_for("administrator")
    await put(client, who, {"unit": "water", "phone": PHONE})
    faulty = await put(
        client, who, {"unit": "water", "phone": "12000000008"}, {"unit": "water", "phone": "9131-77"}
    )
    assert (faulty.status_code, faulty.json()["field"]) == (422, "body.contacts.1.phone")
    assert "9131" not in faulty.text
    assert "12000000008" not in faulty.text
    assert await database.pool.fetchval("SELECT count(*) FROM staff_contacts") == 1
    stored = await database.pool.fetchval("SELECT index FROM staff_contacts")
    assert PHONE.encode() not in stored
    many = [{"unit": "water", "phone": f"120{number:08}"} for number in range(8000)]
    assert (await put(client, who, *many)).json()["contacts"] == 8000
    for role in ("clerk", "supervision_office", "leader"):
        assert (await put(client, token_for(role, "water"))).status_code == 403
    await put(client, who)
