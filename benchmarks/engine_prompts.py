"""What every engine of the benchmark is asked: a policy of one length, questions and choices."""

import random
from collections.abc import Callable

MAX_TOKENS = 48
PREFIX_TOKENS = 639
CHOICES = (
    " the second one follows from the first",
    " neither of them follows",
    " both follow from the record",
    " it cannot be told from this",
)


def policy(count: Callable[[str], int]) -> str:
    """House rules, as many as make the wanted number of tokens by this count."""
    rng = random.Random(1)
    text = "You are the assistant of a public library. Follow these house rules."
    verbs = ("recommend", "reserve", "describe", "compare", "translate", "summarise")
    things = ("maps", "newspapers", "letters", "recordings", "photographs", "registers")
    places = ("reading room", "archive", "north hall", "annex", "children's corner")
    number = 1
    while count(text) < PREFIX_TOKENS - 20:
        text += (
            f" {number}. Do not {rng.choice(verbs)} {rng.choice(things)} of the "
            f"{rng.choice(places)} before {rng.randint(7, 11)} o'clock unless a librarian asks."
        )
        number += 1
    return text


def questions(count: int) -> list[str]:
    """As many as are wanted, in chats that share the policy alone."""
    rng = random.Random(2)
    subjects = ("rivers", "bread", "copper", "bees", "chess", "glass", "trains", "ink", "salt")
    frames = (
        "Explain in a few sentences how {a} changed the life of people who worked with {b}.",
        "A visitor asks what {a} and {b} have in common. What do you say, and why?",
        "Write a short note about {a} for a reader who only knows about {b}.",
        "Which came first in this town, {a} or {b}? Give your reasons step by step, please.",
    )
    found = []
    for number in range(count):
        first, second = rng.sample(subjects, 2)
        found.append(f"Visitor {number + 1}: " + rng.choice(frames).format(a=first, b=second))
    return found
