"""Compose the labelled set from the hand-written passages in ``parts/``: ``python build.py``.

Every passage (a refusal, an answer, a preamble, an offer of something else) was written by hand for
this project. Rows put them together as models do. Passages at even places are for development, at
odd places held out: no passage occurs in both, apart from the questions. ``fresh.yaml`` was written
after the lexicons and measured once.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
GLUE = {"zh": "", "ja": "", "th": " "}


def main() -> None:
    """Write one JSONL file a language."""
    samples = {
        name: yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in ("fresh", "fresh2")
    }
    for part in sorted((HERE / "parts").glob("*.yaml")):
        lang = part.stem
        parts = yaml.safe_load(part.read_text(encoding="utf-8"))
        rows = list(compose(lang, parts))
        for name, sample in samples.items():
            rows += [r | {"split": name} for r in compose_fresh(parts, sample[lang])]
        lines = [
            json.dumps({"id": f"{lang}-{i:03}", "lang": lang, **row}, ensure_ascii=False)
            for i, row in enumerate(rows)
        ]
        (HERE / f"{lang}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def compose(lang: str, parts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All rows of one language."""
    facts, refusals, glue = parts["facts"], parts["refuse"], GLUE.get(lang, " ")
    advice, preambles = parts["advice"], parts["preamble"]
    asked = [q for q, _ in [*facts, *parts["partial"], *parts["neutral"], *parts["deflect"]]]
    plain = {
        "facts": ("answer", []),
        "hard": ("answer", []),
        "partial": ("partial", []),
        "neutral": ("neutral", []),
        "deflect": ("deflect", []),
        "correct": ("answer", ["correct"]),
        "notice": ("answer", ["notice"]),
    }
    for key, (gold, addons) in plain.items():
        for i, (question, answer) in enumerate(parts[key]):
            yield row(question, answer, gold, addons, i, key)
    for i, refusal in enumerate(refusals):
        offer, opening = _same_half(advice, i), _same_half(preambles, i)
        texts = {
            "plain": refusal,
            "plain again": refusal,
            "with another offer": refusal + glue + offer,
            "after a preamble": opening + glue + refusal,
            "wrapped": opening + glue + refusal + "\n\n" + offer,
        }
        for k, (note, text) in enumerate(texts.items()):
            yield row(asked[(3 * i + 2 * k) % len(asked)], text, "refuse", [], i, f"refusal {note}")
    for i, (question, answer) in enumerate(facts):
        opening, offer = _same_half(preambles, i), _same_half(advice, i)
        yield row(question, opening + "\n\n" + answer, "answer", [], i, "answer after a preamble")
        yield row(question, answer + "\n\n" + offer, "answer", [], i, "answer with an offer")
    for i, text in enumerate(parts["service"]):
        yield row(asked[i], text, "unscored", [], i, "service error")
    for question, answer in parts["quote"]:
        for i, refusal in enumerate(refusals[:4]):
            yield row(question, answer.replace("{r}", refusal), "answer", [], i, "quoted refusal")
    for i in range(4):
        text = facts[(i + 2) % 5][1] + glue + facts[(i + 3) % 5][1]
        yield row(facts[i][0], text, "off-topic", [], i, "answers another question")
    for i in range(2):
        yield row(facts[i][0], facts[i][0], "degenerate", [], i, "echo")
        start = facts[i][1][:24].strip()
        yield row(facts[i][0], " ".join([start] * 40), "degenerate", [], i, "loop")
        yield row(facts[i][0], ["", " ...\n"][i], "empty", [], i, "empty")
    if lang != "en":
        english = ["I'm sorry, but I can't help with that.", "I must decline this request."]
        for i, text in enumerate(english):
            yield row(facts[i][0], text, "refuse", [], i, "refusal in English")


def compose_fresh(parts: dict[str, Any], fresh: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows written after the lexicons, to be measured and never tuned against."""
    for (question, _), refusal in zip(parts["facts"], fresh["refuse"], strict=False):
        yield row(question, refusal, "refuse", [], 0, "fresh refusal")
    for question, answer in fresh["answer"]:
        yield row(question, answer, "answer", [], 0, "fresh answer")


def row(
    prompt: str, response: str, gold: str, addons: list[str], place: int, note: str
) -> dict[str, Any]:
    """One labelled answer."""
    return {
        "prompt": prompt,
        "response": response,
        "gold": gold,
        "gold_addons": addons,
        "split": "held-out" if place % 2 else "dev",
        "note": note,
    }


def _same_half(passages: list[str], place: int) -> str:
    half = passages[place % 2 :: 2]
    return half[(place // 2) % len(half)]


if __name__ == "__main__":
    main()
