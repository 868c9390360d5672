"""Lengths of policy prompts and placebos in SmolLM2's tokens.

    python benchmarks/prompt_tokens.py

Every wording of every shipped policy, in every language in which it has prompts. Prints the numbers of
docs/policies.md: the tokens of a placebo per token of its prompt, and the longest English prompt.
"""

import argparse
import sys
from collections.abc import Iterator
from typing import Any

from lawbound.rubrics.policy.files import load_policy, shipped
from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.prompts.conditions import conditions, prompt_languages
from lawbound.runners.engines.local.smollm2 import ensure


def main() -> None:
    """Count and print."""
    argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]).parse_args()
    import transformers

    tokenizer: Any = transformers.AutoTokenizer.from_pretrained(str(ensure()))

    def tokens(text: str) -> int:
        return len(tokenizer(text).input_ids)

    ratios: dict[bool, list[tuple[float, str, str]]] = {True: [], False: []}
    longest = (0, "")
    for policy in map(load_policy, shipped()):
        for lang in prompt_languages(policy, policy.file.languages):
            for full, placebo in _wordings(policy, lang):
                length = tokens(full)
                ratios[lang == "en"].append((tokens(placebo) / length, policy.id, lang))
                if lang == "en":
                    longest = max(longest, (length, policy.id))
    lines = []
    for name, found in (("English", ratios[True]), ("other languages", ratios[False])):
        (low, *least), (high, *most) = min(found), max(found)
        lines.append(f"{name}: {low:.2f} ({', '.join(least)}) to {high:.2f} ({', '.join(most)})")
    lines.append(f"longest English prompt: {longest[0]} tokens ({longest[1]})")
    sys.stdout.write("\n".join(lines) + "\n")


def _wordings(policy: Policy, lang: str) -> Iterator[tuple[str, str]]:
    """Pairs of a prompt and its placebo."""
    full, placebo = conditions(policy, ["full", "placebo"], lang=lang)
    return zip(full.wordings, placebo.wordings, strict=True)


if __name__ == "__main__":
    main()
