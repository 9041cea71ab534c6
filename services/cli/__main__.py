"""`yinuo`: the table of commands is at the end; a command's module is imported when it is called."""

import sys
from dataclasses import dataclass
from importlib import import_module, util
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from services.dev.problem import Problem


@dataclass(frozen=True, slots=True)
class Line:
    """One command: `attribute` of `module` is a `typer.Typer` or a function; `summary` stands in `--help`."""

    name: str
    module: str
    attribute: str
    summary: str

    def load(self) -> Any:
        """The real command."""
        found = getattr(import_module(self.module), self.attribute)
        if not isinstance(found, typer.Typer):
            function, found = found, typer.Typer(add_completion=False)
            found.command(self.name)(function)
        found.info.name = self.name
        return typer.main.get_command(found)

    def exists(self) -> bool:
        """Whether the module is part of this build."""
        return util.find_spec(self.module) is not None

    def placeholder(self) -> TyperCommand:
        """What `--help` lists: no module is imported for it."""
        return TyperCommand(self.name, help=self.summary, callback=lambda: None)


class Commands(TyperGroup):
    """The group of all commands, each loaded when it is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Put the real command in the place of its placeholder."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, BY_NAME[name].load() if name in BY_NAME else command, rest


def build() -> Any:
    """The command `yinuo`."""
    root = typer.Typer(cls=Commands, add_completion=False, no_args_is_help=True)
    root.callback()(_root)
    group = typer.main.get_command(root)
    for line in TABLE:
        if line.exists():
            group.add_command(line.placeholder(), line.name)  # type: ignore[attr-defined]
    return group


def _root() -> None:
    """Yinuo, one promise and three lists: the command line."""


def main() -> None:
    """Run the command line; what the person can do something about is said in one line."""
    try:
        build()(prog_name="yinuo")
    except Problem as problem:
        print(f"yinuo: {problem.what}" + (f" – {problem.remedy}" if problem.remedy else ""), file=sys.stderr)
        sys.exit(1)


TABLE = (
    Line("up", "services.cli.stack", "up", "Start the embedded stack in the background"),
    Line("down", "services.cli.stack", "down", "Stop it"),
    Line("status", "services.cli.stack", "status", "Show every process of it"),
    Line("logs", "services.cli.stack", "logs", "Show what its processes write"),
    Line("demo", "services.cli.demo", "app", "Play weeks of a county on a fresh stack"),
    Line("import", "services.cli.importing", "app", "Bring messages in from JSONL, CSV or XLSX"),
    Line("settle", "services.cli.settle", "app", "Wait until everything is handled"),
    Line("audit", "services.cli.audit", "app", "Do the books balance?"),
    Line("circulars", "services.cli.circulars", "app", "List, order, issue, correct and rebuild circulars"),
    Line(
        "assessment",
        "services.cli.assessment",
        "app",
        "Show, explain and publish scores of units and leaders",
    ),
    Line("dlq", "services.cli.dlq", "app", "List, show, replay and drop dead letters"),
    Line("clock", "services.cli.clock", "app", "Show and advance the business clock"),
    Line("calendar", "services.cli.calendar", "app", "Load and show working days"),
    Line("ladder", "services.cli.ladder", "app", "Try supervision ladders"),
    Line("directory", "services.cli.directory", "app", "Check and load units, posts, categories, routes"),
    Line("delivery", "services.cli.delivery", "app", "Addresses for e-mails and webhooks; what was sent"),
    Line("promises", "services.cli.promises", "app", "Import, export, list and verify promises"),
    Line("projects", "services.cli.projects", "app", "Import, export and list projects"),
    Line("letters", "services.cli.letters", "app", "List and show official letters"),
    Line("rounds", "services.cli.rounds", "app", "Plan and draw inspection rounds, see what was covered"),
    Line("listings", "services.cli.listings", "app", "List and show what is under special supervision"),
    Line("meetings", "services.cli.meetings", "app", "The leading group's meetings and their agendas"),
    Line("keys", "services.cli.keys", "app", "Adapters' keys"),
    Line("staff", "services.cli.staff", "app", "Staff tokens"),
    Line("migrate", "services.cli.migrate", "app", "Create schemas, roles and topics"),
)
BY_NAME = {line.name: line for line in TABLE}

if __name__ == "__main__":
    main()
