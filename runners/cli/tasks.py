"""`lawbound tasks ...`: show items, and print the path of our task files for lm-eval."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lawbound.runners.cli.console import bars, note, show, table
from lawbound.tasks.io.messages import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lawbound.tasks.item import Item

group = typer.Typer(help="Items: list, show, path, validate, export, split.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="tasks")


Banks = Annotated[
    list[Path] | None,
    typer.Option("--bank", help="Bank folder of your own; repeat for more. [default: shipped]"),
]


def find_item(item_id: str, banks: "Sequence[Path]" = ()) -> "Item":
    """An item of the shipped bank, or of others.

    Raises:
        ItemError: There is no such item; similar ids are named.
    """
    from difflib import get_close_matches

    from lawbound.tasks.bank import load_banks
    from lawbound.tasks.item import ItemError

    items = {item.id: item for item in load_banks(banks)}
    if item_id not in items:
        near = ", ".join(get_close_matches(item_id.lower(), items, n=3, cutoff=0.8))
        advice = f"nearest: {near}" if near else "see `lawbound tasks list --items`"
        raise ItemError(f"item '{item_id}' does not exist, expected an id of the bank; {advice}")
    return items[item_id]


@group.command("list")
def list_(
    topic: Annotated[str, typer.Option(help="Topic or pattern, such as 'history/*'.")] = "*",
    kind: Annotated[str, typer.Option(help="policy or fact.")] = "",
    lang: Annotated[str, typer.Option(help="Language.")] = "",
    items: Annotated[bool, typer.Option("--items", help="List items instead of counts.")] = False,
    bank: Banks = None,
) -> None:
    """Count the bank's items by topic, or list them."""
    from collections import Counter
    from fnmatch import fnmatchcase

    from lawbound.tasks.bank import load_banks
    from lawbound.tasks.item import ItemError
    from lawbound.tasks.taxonomy import load_taxonomy

    every = load_banks(bank or ())
    for name, value, known in (
        ("kind", kind, sorted({item.kind for item in every})),
        ("lang", lang, sorted({item.lang for item in every})),
    ):
        if value and value not in known:
            raise ItemError(f"{name} is '{value}', expected one of {', '.join(known)}")
    if not load_taxonomy().matching(topic):
        raise ItemError(
            f"topic is '{topic}', expected a topic or a pattern that names one"
            f"{load_taxonomy().nearest(topic)}"
        )
    found = [
        item
        for item in every
        if fnmatchcase(item.topic, topic)
        and (not kind or item.kind == kind)
        and (not lang or item.lang == lang)
    ]
    if items:
        table(
            ["id", "kind", "lang", "acts", "target", "prompt"],
            [
                [
                    i.id,
                    i.kind,
                    i.lang,
                    ",".join(i.acts),
                    i.target or "-",
                    i.prompt[:70].replace("\n", " "),
                ]
                for i in found
            ],
        )
        return
    counts = Counter((item.topic, item.kind) for item in found)
    topics = sorted({item.topic for item in found})
    table(
        ["topic", "policy items", "fact items"],
        [[t, str(counts[t, "policy"]), str(counts[t, "fact"])] for t in topics],
    )
    show(f"\n{counted(len(found), 'item')} in {counted(len(topics), 'topic')}")


@group.command("show")
def show_(item: Annotated[str, typer.Argument(help="Item id.")], bank: Banks = None) -> None:
    """Show an item and what every shipped policy requires."""
    from lawbound.rubrics.policy.files import load_policy, shipped
    from lawbound.tasks.records import to_record

    found = find_item(item, bank or ())
    show(json.dumps(to_record(found), ensure_ascii=False, indent=2))
    if found.kind == "policy":
        policies = [load_policy(name) for name in shipped()]
        requirements = [(policy.id, policy.requires(found)) for policy in policies]
        table(
            ["policy", "requires", "rules"],
            [[name, str(needed), ", ".join(needed.rules)] for name, needed in requirements],
        )


@group.command()
def path() -> None:
    """Print the folder for `lm_eval run --include_path`."""
    from importlib.resources import files

    show(str(files("lawbound.tasks") / "lmeval"))


@group.command()
def validate(
    folder: Annotated[
        Path | None, typer.Argument(help="A bank folder. [default: the shipped bank]")
    ] = None,
    bank: Annotated[
        Path | None, typer.Option(help="The bank folder, as other commands take it.")
    ] = None,
) -> None:
    """Check a bank and its sizes; exit code 1 on findings."""
    from lawbound.evals.forecast.outlook import unread_in_words, unread_languages
    from lawbound.tasks.bank import load_bank
    from lawbound.tasks.item import ItemError
    from lawbound.tasks.validate import missing_canaries
    from lawbound.tasks.validate import validate as find

    if folder is not None and bank is not None:
        raise ItemError(f"tasks validate: found {folder} and --bank {bank}, expected one of them")
    folder = folder or bank
    items = load_bank(folder)
    with bars() as observer:
        observer.stage(f"comparing {len(items)} items", None)
        findings = missing_canaries(folder) + find(items)
    for finding in findings:
        show(str(finding))
    if unread := unread_languages(items):
        note(unread_in_words(unread))
    short = _show_sizes(items) if folder is None else 0
    show(f"{counted(len(items), 'item')}, {counted(len(findings) + short, 'finding')}")
    if findings or short:
        raise typer.Exit(1)


@group.command()
def export(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to create.")],
    bank: Annotated[
        Path | None, typer.Option(help="A bank folder. [default: the shipped bank]")
    ] = None,
    name: Annotated[
        str, typer.Option(help="Name of your --bank, for the card. [default: its folder's]")
    ] = "",
    licence: Annotated[
        str,
        typer.Option(
            "--licence", "--license", help="Licence of your --bank, for the card. [default: none]"
        ),
    ] = "",
) -> None:
    """Write the bank as a data set of parquet files with a card.

    `datasets.load_dataset(OUT)` reads it.
    """
    from lawbound.tasks.export import export_bank

    counts = export_bank(out, bank=bank, name=name, licence=licence)
    table(["split", "items"], [[kind, str(count)] for kind, count in counts.items()])
    show(f"\n{out}")


@group.command()
def split(
    private: Annotated[
        str, typer.Option(help="Secret seed: anyone who has it can reproduce the split.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to create.")],
    bank: Annotated[
        Path | None, typer.Option(help="A bank folder. [default: the shipped bank]")
    ] = None,
) -> None:
    """Keep at least 30 % of each topic's groups unpublished."""
    from lawbound.tasks.split import split_bank

    counts = split_bank(out, private, bank=bank)
    table(
        ["part", "groups", "entries"],
        [
            [str(out / "public"), str(counts.public_groups), str(counts.public_entries)],
            [str(out / "private"), str(counts.private_groups), str(counts.private_entries)],
        ],
    )


def _show_sizes(items: "Sequence[Item]") -> int:
    """Print what regulators want of a bank and what the shipped one holds in their language;
    returns how many fall short."""
    from lawbound.rubrics.policy.banks import bank_counts
    from lawbound.rubrics.policy.files import load_policy, shipped

    rows = []
    for policy in map(load_policy, shipped()):
        own = [item for item in items if item.lang == policy.file.languages[0]]
        for size, count in zip(policy.file.banks, bank_counts(policy, own), strict=True):
            fewest = min((n for _, n in count.each), default=None)
            sizes = ((size.total, "in all"), (size.each, "a tag"))
            wanted = ", ".join(f"{least} {where}" for least, where in sizes if least)
            held = str(count.total) if fewest is None else f"{count.total}, {fewest} or more a tag"
            place = f"{size.source} {size.clause}".strip()
            row = [policy.id, size.id, place, policy.file.languages[0], wanted, held]
            rows.append([*row, count.missing or "-"])
    table(["policy", "bank", "clause", "lang", "wanted", "held", "missing"], rows)
    return sum(row[-1] != "-" for row in rows)
