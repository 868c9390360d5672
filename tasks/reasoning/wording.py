"""How a reasoning item asks for its answer: freely, or by choosing among options.

Generation: the prompt ends with `INSTRUCTION`, the same for every family, so that the answer can be
found. Log-likelihood: `choice_prompt` shows the options and `choice_continuations` are scored as the
start of the reply. The full text of an option is scored, not its letter: models of 100 M parameters
hardly bind letters to options, and the texts of one item are of like length. ``Answer:`` opens every
continuation; being common to all, it changes no ranking.
"""

from lawbound.tasks.item import Item, ItemError

INSTRUCTION = (
    "\n\nThink step by step if it helps. End with one line of this form:\nAnswer: <your answer>"
)
_LETTERS = "ABCDEFGH"


def question(item: Item) -> str:
    """The prompt without the instruction on how to answer."""
    return item.prompt.removesuffix(INSTRUCTION)


def choice_prompt(item: Item) -> str:
    """The prompt with its options, asking for the text of the right one.

    Raises:
        ItemError: The item has no options.
    """
    lines = [f"{_LETTERS[i]}) {text}" for i, text in enumerate(_choices(item))]
    return "\n".join(
        [question(item), "", "Options:", *lines, "", 'Reply with "Answer: " and the right option.']
    )


def choice_continuations(item: Item) -> tuple[str, ...]:
    """Replies to `choice_prompt`, one for each option in order, for scoring by log-likelihood.

    Raises:
        ItemError: The item has no options.
    """
    return tuple(f"Answer: {text}" for text in _choices(item))


def _choices(item: Item) -> tuple[str, ...]:
    if item.answer is None or not item.answer.choices:
        raise ItemError(f"item '{item.id}': has no choices, expected an answer with choices")
    return item.answer.choices
