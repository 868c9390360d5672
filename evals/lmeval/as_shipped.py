"""What a user's own lm-eval task may not change: the fields that say what is asked, and which part of an answer is read.

Users may change the task's name, its policy, `tag`, `metadata` and `generation_kwargs`. Text around
a question, examples before it or a prefilled beginning of the answer would make another test under
our numbers' names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lawbound.tasks.io.yaml_files import quoted

FIELDS: Final[Mapping[str, Any]] = {
    "output_type": "generate_until",
    "description": "{{system_policy}}",
    "doc_to_text": "{{question}}",
    "num_fewshot": 0,
    "gen_prefix": None,
    "use_prompt": None,
    "process_docs": None,
    "doc_to_image": None,
    "doc_to_audio": None,
    "repeats": 1,
    "filter_list": None,
}
"""Fields as our template leaves them; lm-eval logs no empty field."""


def changes(config: Mapping[str, Any]) -> str:
    """The fields of a task that are not as shipped, each with what was expected; empty where all are.

    Args:
        config: The task's fields as lm-eval logs them; a missing or empty field is no change.
    """
    found = {name: config.get(name) for name in FIELDS}
    return ", ".join(
        f"{name} {quoted(value)} (expected {'none' if FIELDS[name] is None else quoted(FIELDS[name])})"
        for name, value in found.items()
        if (value if FIELDS[name] is None else value not in (None, FIELDS[name]))
    )
