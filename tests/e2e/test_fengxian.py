"""The replay on the real stack: a small county is as its oracle says, the books balance, the papers hold."""

from pathlib import Path
from random import Random

from services.cli.promise_files import import_rows
from services.dev import stack
from services.dev.audit import audit
from services.dev.directory import read_county
from services.dev.fengxian.county import county_of
from services.dev.fengxian.oracle import expected
from services.dev.fengxian.papers import kept, printed
from services.dev.fengxian.replay import FOLDER, play
from services.dev.fengxian.script import write
from services.dev.fengxian.totals import Totals
from services.dev.running import Running

SMALL = Totals(
    by_leaders=6,
    by_units=60,
    by_section_leaders=12,
    members=40,
    leaders_at_meeting=2,
    section_leaders_at_meeting=3,
    shared_ledgers=2,
    done=5,
    demands=80,
    petitions=3,
    enterprises=2,
    aired=0.5,
    funded=3,
    funds=900_000,
    central_funds=300_000,
    rounds=2,
    opinions=6,
    updated=5,
    county_circulars=1,
)


async def test_a_small_county_comes_out_as_its_oracle_says(tmp_path: Path) -> None:
    directory = read_county(FOLDER)
    random = Random(7)  # noqa: S311  a play, not a secret
    script = write(county_of(directory, random), SMALL, random)
    data = tmp_path / "data"
    try:
        found = await play(script, data, stack.silent, lambda now, played, of: None, import_rows)
        assert found == expected(script)
        assert [finding for finding in await audit(Running.find(data)) if not finding.balanced] == []
        papers = [kept(one, data / "papers") for one in await printed(Running.find(data))]
        assert [one for paper in papers for one in paper.measures if one.holds is False] == []
        assert all(file.exists() for paper in papers for file in (paper.file, *paper.pictures))
    finally:
        stack.remove(data)
