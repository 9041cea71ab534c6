"""The console on a whole running stack, in a real Chromium: from a citizen's word to the reply that he reads.

The browser runs no script, as the pages need none.
"""

import os
import shutil
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Browser, FilePayload, Page, Response, async_playwright

from services.contracts.vocabulary import Role
from services.dev.folder import DataFolder, read_json
from services.dev.settle import settle
from tests.console_guarded import guarded_console
from tests.e2e.conftest import Stack, running_stack

MONDAY = "2021-03-01T08:00+08:00"
PROJECT: dict[str, Any] = {
    "ledger": "凤项-2021-001",
    "name": "河口镇自来水管网改造",
    "content": "更换老旧主管道3.2公里。",
    "tier": "department",
    "owner": "head_water_bureau",
    "lead_unit": "water_bureau",
    "budget": "6400000.00",
    "funds": [{"source": "中央预算内资金", "year": 2021, "amount": "6400000.00"}],
    "start": "2021-04-01",
    "completion": "2021-08-31",
    "milestones": [{"name": "管材进场", "due": "2021-04-30"}],
}
PROMISE = {
    "number": "凤诺2021-901",
    "tier": "department",
    "unit": "water_bureau",
    "post": "head_water_bureau",
    "words": "六月底前换完河口镇老水管。",
    "projects": [PROJECT["ledger"]],
    "made_on": "2021-03-01",
    "due": "2021-06-30",
    "occasion": "meeting",
}
CHANGE = {"due": "2021-08-31", "reason": "汛期道路中断。", "approver": "magistrate"}
PICTURE = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""One point."""
REPLY = "已更换老街路灯十二盏，当晚恢复照明。"


@pytest.fixture(scope="module")
async def stack() -> AsyncIterator[Stack]:
    async with running_stack(MONDAY) as started:
        yield started


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """On a laptop without Chromium the tests skip; in CI they fail."""
    found = shutil.which("chromium")
    if found is None and os.environ.get("CI"):
        pytest.fail("Chromium isn't here: `sh deploy/chromium.sh` installs it")
    if found is None:
        pytest.skip("Chromium isn't here: `sh deploy/chromium.sh` installs it where that is possible")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        await browser.close()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in front of a browser of his own."""

    stack: Stack
    page: Page
    address: str

    @classmethod
    async def sit_down(
        cls, chromium: Browser, stack: Stack, width: int = 1280, scripts: bool = False
    ) -> "Person":
        context = await chromium.new_context(
            viewport={"width": width, "height": 800}, locale="zh-CN", java_script_enabled=scripts
        )
        address = read_json(DataFolder.at(stack.running.data).stack)["console"]
        return cls(stack, await context.new_page(), address)

    async def open(self, path: str) -> Response:
        answer = await self.page.goto(self.address + path)
        assert answer is not None
        return answer

    async def login(self, role: Role, unit: str | None = None) -> None:
        await self.open("/login")
        await self.page.fill("[name=token]", self.stack.running.token(role, unit))
        await self.page.click("main button:visible:not([formaction])")

    async def shows(self, path: str, text: str) -> None:
        """Reload until a page shows a text: what one service did reaches the others in its time."""

        async def there() -> bool:
            await self.open(path)
            return text in await self.page.inner_text("main")

        await self.stack.eventually(text, there)

    async def tracks(self, receipt: str, code: str, text: str) -> None:
        """Ask for a demand until its page shows a text."""

        async def there() -> bool:
            await self.open("/track")
            await self.page.fill("[name=receipt]", receipt)
            await self.page.fill("[name=code]", code)
            await self.page.click("main button:visible:not([formaction])")
            return text in await self.page.inner_text("main")

        await self.stack.eventually(text, there)


async def test_a_case_goes_from_the_clerk_s_entry_to_the_reply_that_the_citizen_reads(
    stack: Stack, chromium: Browser
) -> None:
    clerk, citizen = await Person.sit_down(chromium, stack), await Person.sit_down(chromium, stack, 390)
    await clerk.login("clerk")
    receipt, code = await entered(clerk)
    await citizen.tracks(receipt, code, "已交办")
    await clerk.shows(f"/cases?q={receipt}", receipt)
    await clerk.page.click(f"main a:has-text('{receipt}')")
    await clerk.page.click("main form[action$='/steps/sign_for'] button")
    assert "已办理：签收。" in await clerk.page.inner_text("main")
    await citizen.tracks(receipt, code, "已签收，正在办理")
    await clerk.page.fill("form[action$='/steps/complete'] [name=reply]", REPLY)
    await clerk.page.click("form[action$='/steps/complete'] button")
    assert "已办理：办结。" in await clerk.page.inner_text("main")
    await citizen.tracks(receipt, code, REPLY)
    assert "已办结" in await citizen.page.inner_text(".state")
    await rates(citizen, code)
    await citizen.tracks(receipt, code, "您的评价：满意")
    assert await citizen.page.locator("[name=level]").count() == 0


async def rates(citizen: Person, code: str) -> None:
    await citizen.page.check("[name=level][value=satisfied]")
    await citizen.page.fill("form[action='/track/rating'] [name=code]", code)
    await citizen.page.click("form[action='/track/rating'] button")
    assert "评价已收到" in await citizen.page.inner_text("main")


async def test_a_citizen_takes_a_demand_back_before_its_reply(stack: Stack, chromium: Browser) -> None:
    clerk, citizen = await Person.sit_down(chromium, stack), await Person.sit_down(chromium, stack, 390)
    await clerk.login("clerk")
    receipt, code = await entered(clerk)
    await citizen.tracks(receipt, code, "已交办")
    await citizen.page.fill("form[action='/track/withdrawal'] [name=code]", code)
    await citizen.page.click("form[action='/track/withdrawal'] button")
    assert "诉求已撤回" in await citizen.page.inner_text("main")
    await citizen.tracks(receipt, code, "您已撤回诉求")


async def entered(clerk: Person) -> tuple[str, str]:
    """A demand typed in by hand: what stands on its slip."""
    await clerk.open("/entry")
    await clerk.page.fill("[name=title]", "凤州镇老街路灯不亮")
    await clerk.page.fill("[name=body]", "老街从邮局到小学的路灯一个月不亮，晚上学生走路不安全。")
    await clerk.page.fill("[name=phone]", "13800000000")
    await clerk.page.click("main button:visible:not([formaction])")
    numbers = await clerk.page.locator(".slip-paper dd.mono").all_inner_texts()
    return numbers[0], numbers[1]


async def test_a_card_s_address_shows_the_promise_with_its_change_and_leads_to_its_project(
    stack: Stack, chromium: Browser
) -> None:
    await stack.ask("assignment", "POST", "/projects", json=PROJECT)
    made = await stack.ask("assignment", "POST", "/promises", json=PROMISE)
    address = f"/promises/{made['promise']['promise_id']}"
    await stack.ask("assignment", "POST", f"{address}/change", json=CHANGE)
    citizen = await Person.sit_down(chromium, stack, 390)
    assert (await citizen.open(address)).status == 200
    shown = await citizen.page.inner_text("main")
    assert "期限 2021-06-30 → 2021-08-31，因为汛期道路中断。批准：" in shown
    assert "还有 183 天" in shown  # from MONDAY to the last day of August
    await citizen.page.click(f"main a:has-text('{PROJECT['ledger']}')")
    assert "管材进场" in await citizen.page.inner_text("main")
    await citizen.page.click("text=台账页")
    assert "河口镇自来水管网改造" in await citizen.page.inner_text("body")
    await citizen.open("/projects?unit=water_bureau&state=planned")
    assert PROJECT["ledger"] in await citizen.page.inner_text("main")


async def test_the_same_entry_sent_twice_is_one_demand(stack: Stack, chromium: Browser) -> None:
    clerk = await Person.sit_down(chromium, stack)
    await clerk.login("clerk")
    first = await entered(clerk)
    await clerk.page.reload()
    again = await clerk.page.locator(".slip-paper dd.mono").all_inner_texts()
    assert first == tuple(again)


async def test_no_page_is_wider_than_a_phone_and_none_breaks_its_own_policy(
    stack: Stack, chromium: Browser
) -> None:
    person = await Person.sit_down(chromium, stack, 390, scripts=True)
    said: list[str] = []
    person.page.on("console", lambda message: said.append(message.text))

    async def fits(page: str) -> None:
        assert await person.page.evaluate("document.documentElement.scrollWidth") <= 390, page

    await person.login("administrator")
    receipt, code = await entered(person)
    await fits("slip")
    await person.shows(f"/cases?q={receipt}", receipt)
    for path in addresses(await things(stack, receipt)):
        assert (await person.open(path)).status == 200, path
        await fits(path)
    await person.tracks(receipt, code, REPLY)
    await fits("track")
    assert said == []


NO_PAGES = frozenset(
    {
        *("/health/live", "/health/ready", "/metrics", "/letters/{letter_id}.{ending}"),
        *("/circulars/{reference}", "/circulars/{reference}.{form}"),
        *("/assessments/{first}/{until}", "/assessments/{first}/{until}/explanation"),
        *("/assessments/{first}/{until}/what-if", "/assessments/{first}/{until}/publish", "/photos/{digest}"),
    }
)
"""No pages of ours; and nothing is issued or assessed before the first day has ended."""
ASKED = {"/inbox": "?unit=water_bureau", "/new-project": "?case={case_id}"}


def addresses(values: Mapping[str, str]) -> list[str]:
    """Every page that the console shows to who asks for its address, of things that are there."""
    console, _ = guarded_console()
    paths = {path for path, methods in console.openapi()["paths"].items() if "get" in methods}
    return [(path + ASKED.get(path, "")).format(**values) for path in sorted(paths - NO_PAGES)]


async def things(stack: Stack, receipt: str) -> dict[str, str]:
    """One of each thing that has a page of its own; the case is replied to, the post was handed over."""
    [case] = (await stack.ask("assignment", "GET", "/cases", params={"q": receipt}))["cases"]
    at, ledger = f"/cases/{case['case_id']}", "凤项-2021-390"
    await stack.ask("assignment", "POST", f"{at}/sign-for")
    await stack.ask("assignment", "POST", f"{at}/complete", json={"reply": REPLY})
    await stack.ask(
        "assignment", "POST", "/projects", json={**PROJECT, "ledger": ledger, "cases": [case["case_id"]]}
    )
    promise = {**PROMISE, "number": "凤诺2021-390", "projects": [ledger]}
    made = await stack.ask("assignment", "POST", "/promises", json=promise)
    days = {"first_day": MONDAY[:10], "last_day": MONDAY[:10]}
    sample = await stack.ask("assignment", "POST", "/call-back-samples", json=days)
    return {
        **await supervised(stack, ledger),
        "case_id": case["case_id"],
        "ledger": ledger,
        "promise_id": made["promise"]["promise_id"],
        "sample_id": sample["sample_id"],
        "post": "head_education",
        "step": "return",
        "act": "change",
        "reference": "2021-01",
        "sender": "supervision",
        **dict.fromkeys(("notice_id", "consequence_id", "message_id"), str(uuid4())),
    }


async def supervised(stack: Stack, ledger: str) -> dict[str, str]:
    """A round, a letter, a listing and a meeting of the supervision office."""
    await settle(stack.running)
    round_id = str(uuid4())
    plan = {"name": "第一轮", "first_day": MONDAY[:10], "last_day": MONDAY[:10], "inspectors": ["甲", "乙"]}
    targets = {"targets": [{"kind": "project", "key": ledger}]}
    await stack.ask("supervision", "PUT", f"/rounds/{round_id}", json={**plan, **targets})
    await stack.ask("supervision", "POST", f"/rounds/{round_id}/draw")
    said = {"unit": "water_bureau", "found": "进度滞后。", "required": "限期完成。"}
    letter = await stack.ask("supervision", "POST", "/letters", json=said)
    listed = {"project": ledger, "reason": "群众不满意"}
    listing = await stack.ask("supervision", "POST", "/listings", json=listed)
    meeting = await stack.ask("supervision", "POST", "/meetings", json={"name": "例会", "day": MONDAY[:10]})
    return {
        "round_id": round_id,
        "letter_id": letter["letter_id"],
        "listing_id": listing["listing_id"],
        "meeting_id": meeting["meeting_id"],
    }


async def test_a_round_is_planned_and_drawn_and_what_it_finds_has_its_photograph(
    stack: Stack, chromium: Browser
) -> None:
    office = await Person.sit_down(chromium, stack, 390)
    await office.login("supervision_office")
    await office.open("/new-round")
    await office.page.fill("[name=name]", "第一轮巡回指导")
    for day in ("first_day", "last_day"):
        await office.page.fill(f"[name={day}]", MONDAY[:10])
    await office.page.check("[name=group][value=towns]")
    await office.page.fill("[name=inspectors]", "田大河\n白小溪\n石青山")
    await office.page.click("form[action='/new-round'] button")
    await office.page.click("form[action$='/acts/draw'] button")
    assert "抽签结果" in await office.page.inner_text("main")
    await office.page.select_option("[name=unit]", "water_bureau")
    await office.page.fill("[name=place]", "安河村泵站")
    await office.page.fill("[name=found_at]", "2021-03-01T08:00")
    await office.page.fill("[name=found]", "泵站未按期安装。")
    picture = FilePayload(name="site.png", mimeType="image/png", buffer=PICTURE)
    await office.page.set_input_files("[name=photos]", picture)
    await office.page.click("form[action$='/findings'] button")
    assert "已办理：记录问题。" in await office.page.inner_text("main")
    shown = await office.page.get_attribute(".photos img", "src")
    answer = await office.page.request.get(f"{office.address}{shown}")
    assert (answer.headers["content-type"], await answer.body()) == ("image/png", PICTURE)


async def test_another_site_s_link_brings_no_login_along(stack: Stack, chromium: Browser) -> None:
    """SameSite=Strict: the cookie stays at home when the first step comes from elsewhere."""
    person = await Person.sit_down(chromium, stack)
    await person.login("clerk")
    await person.page.goto("data:text/html,<a id=go href='" + person.address + "/cases'>go</a>")
    await person.page.click("#go")
    assert "/login" in person.page.url


async def test_the_dispatch_sheet_fits_one_page_of_a4(stack: Stack, chromium: Browser) -> None:
    person = await Person.sit_down(chromium, stack, scripts=True)
    await person.login("administrator")
    await entered(person)
    await person.shows("/cases", "路灯")
    await person.page.click(".cases a")
    await person.page.click("text=打印交办单")
    printed = await person.page.pdf(prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") == 1
