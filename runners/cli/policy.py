"""`lawbound policy ...`: show policies, compare them with the bank, start a new one."""

from pathlib import Path
from typing import Annotated

import typer

from lawbound.runners.cli.console import show, table
from lawbound.runners.cli.options import naming_options
from lawbound.runners.cli.tasks import Banks
from lawbound.tasks.io.messages import counted, did_you_mean

group = typer.Typer(
    help="Policies: list, show, check, explain, diff, coverage, new.", no_args_is_help=True
)
Name = Annotated[str, typer.Argument(help="Id of a shipped policy, or a YAML file.")]
Readable = Annotated[
    str,
    typer.Argument(help="Id of a shipped policy, or a YAML file, also RUN/policies/ID.yaml."),
]
"""A policy to look at: also one that a run was asked under, from its folder."""


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="policy")


@group.command("list")
def list_() -> None:
    """List the shipped policies.

    Counts rules beyond the core (inherited ones included), rules from observed practice, and the policy's own sources.
    """
    from lawbound.rubrics.policy.files import CORE, load_policy, shipped

    rows = []
    core = {rule.id for rule in load_policy(CORE).rules}
    for name in shipped():
        policy = load_policy(name)
        own = [rule for rule in policy.rules if rule.id not in core]
        doubtful = sum(source.status == "to-verify" for source in policy.file.sources)
        rows.append(
            [
                policy.id,
                policy.name,
                policy.version,
                policy.file.parent or "-",
                str(len(own)),
                str(sum(rule.basis == "observed-practice" for rule in own)),
                f"{len(policy.file.sources)} ({doubtful})",
                ",".join(policy.file.languages),
            ]
        )
    table(
        [
            "id",
            "name",
            "version",
            "parent",
            "rules",
            "observed",
            "sources (to verify)",
            "languages",
        ],
        rows,
    )


@group.command("show")
def show_(
    policy: Readable,
    strength: Annotated[str, typer.Option(help="Print this prompt instead of the rules.")] = "",
    wording: Annotated[
        int | None, typer.Option(min=0, help="Which wording of the prompt. [default: 0]")
    ] = None,
    lang: Annotated[str | None, typer.Option(help="Language of the prompt. [default: en]")] = None,
) -> None:
    """Show a policy's rules and sources, or a prompt."""
    from lawbound.rubrics.policy.files import read_policy
    from lawbound.rubrics.prompts.conditions import one_prompt

    if not strength and (wording is not None or lang is not None):
        name = "--lang" if wording is None else "--wording"
        raise typer.BadParameter(f"{name} chooses a prompt, expected --strength beside it")
    found = read_policy(policy)
    if strength:
        with naming_options("--wording", "--lang"):
            prompt = one_prompt(found, strength, wording=wording, lang=lang)
        show(prompt)
        return
    as_of = f", as of {found.file.as_of}" if found.file.as_of else ""
    show(f"{found.name} ({found.id} {found.version}{as_of})\n{found.file.summary}\n")
    risks = ["risks"] if any(rule.risks for rule in found.rules) else []
    table(
        ["rule", "behaviour", "exempt", "basis", "severity", "source", *risks],
        [
            [
                rule.id,
                rule.behaviour,
                ", ".join(f"{purpose}: {kind}" for purpose, kind in rule.exempt.items()),
                rule.basis,
                rule.severity,
                rule.source,
                *([", ".join(rule.risks)] if risks else []),
            ]
            for rule in found.rules
        ],
    )
    show()
    table(
        ["source", "status", "title", "address"],
        [[source.id, source.status, source.title, source.url] for source in found.sources],
    )
    for line in found.relaxed:
        show(f"relaxes: {line}")


@group.command()
def check(
    policy: Name,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 on any finding.")] = False,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            help="Kind of finding that --strict accepts, such as source; repeat for more."
        ),
    ] = None,
    bank: Banks = None,
) -> None:
    """Check a policy against the bank: what is wrong or missing."""
    from typing import get_args

    from lawbound.rubrics.policy.files import load_policy
    from lawbound.rubrics.policy_check import FaultKind
    from lawbound.rubrics.policy_check import check as find
    from lawbound.tasks.bank import load_banks

    kinds = get_args(FaultKind)
    for kind in allow or ():
        if kind not in kinds:
            hint = did_you_mean(kind, kinds)
            raise typer.BadParameter(
                f"--allow is '{kind}', expected one of {', '.join(kinds)}{hint}"
            )
    if allow and not strict:
        raise typer.BadParameter(
            "--allow says what --strict lets pass, expected --strict beside it"
        )
    findings = find(load_policy(policy), load_banks(bank or ()))
    for finding in findings:
        show(str(finding))
    show(f"{policy}: {counted(len(findings), 'finding') if findings else 'nothing found'}")
    if strict and any(finding.kind not in (allow or ()) for finding in findings):
        raise typer.Exit(1)


@group.command()
def explain(
    policy: Readable,
    item: Annotated[str, typer.Argument(help="Item id, see `tasks list --items`.")],
    bank: Banks = None,
) -> None:
    """Which rules and exemptions match an item, and the result."""
    from lawbound.rubrics.policy.explain import explain as tell
    from lawbound.rubrics.policy.files import read_policy
    from lawbound.runners.cli.tasks import find_item

    show(tell(read_policy(policy), find_item(item, bank or ())))


@group.command()
def diff(
    first: Readable,
    second: Readable,
    limit: Annotated[int, typer.Option(min=1, help="Maximum number of items to show.")] = 40,
    bank: Banks = None,
) -> None:
    """Items for which two policies require different behaviour."""
    from lawbound.rubrics.policy.compare import diff as compare
    from lawbound.rubrics.policy.files import read_policy
    from lawbound.tasks.bank import load_banks

    found = compare(read_policy(first), read_policy(second), load_banks(bank or ()))
    table(
        ["item", "topic", first, second, "prompt"],
        [
            [row.item.id, row.item.topic, str(row.first), str(row.second), row.item.prompt[:60]]
            for row in found[:limit]
        ],
    )
    differ = f"{counted(len(found), 'item')} {'differs' if len(found) == 1 else 'differ'}"
    show(f"\n{differ}" + (f", {limit} shown" if len(found) > limit else ""))


@group.command()
def coverage(policy: Readable, bank: Banks = None) -> None:
    """Items by rule, behaviour and language, and what is missing."""
    from lawbound.rubrics.policy.compare import coverage as count
    from lawbound.rubrics.policy.files import read_policy
    from lawbound.tasks.bank import load_banks

    rows = count(read_policy(policy), load_banks(bank or ()))
    table(
        [
            "rule",
            "behaviour",
            "restricted",
            "near-miss act",
            "near-miss topic",
            "languages",
            "missing",
        ],
        [
            [
                row.rule,
                row.behaviour,
                str(row.restricted),
                str(row.near_act),
                str(row.near_topic),
                ",".join(row.languages),
                row.missing,
            ]
            for row in rows
        ],
    )


@group.command()
def new(
    policy: Annotated[str, typer.Argument(help="Id of the new policy.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write. [default: ID.yaml]")
    ] = None,
) -> None:
    """Create a commented policy file."""
    from lawbound.rubrics.policy.files import CORE, shipped
    from lawbound.rubrics.policy.policy import PolicyError
    from lawbound.rubrics.policy.scaffold import scaffold
    from lawbound.tasks.io.safe_files import why

    file = out or Path(f"{policy}.yaml")
    text = scaffold(policy)
    if policy in (*shipped(), CORE):
        raise PolicyError(f"policy id is '{policy}', expected one that no shipped policy has")
    try:
        with file.open("x", encoding="utf-8") as handle:
            handle.write(text)
    except FileExistsError as fault:
        raise PolicyError(f"{file}: already exists, expected a new file") from fault
    except OSError as fault:
        raise PolicyError(
            f"{file}: cannot be written ({why(fault)}), expected a new file"
        ) from fault
    show(f"wrote {file}; next: lawbound policy check {file}")
