"""Plain words for witnesses: texts whose only purpose is to show that a brief can be met."""

from collections.abc import Iterator, Sequence

_WORDS = (
    "again", "bright", "calmly", "dancing", "early", "funny", "gently", "happy", "inside", "jolly", "kindly", "lightly",
    "mostly", "nearly", "often", "proudly", "quickly", "round", "slowly", "tiny", "under", "very", "warm", "yellow", "zigzag",
    "amber", "borrowed", "clouds", "dusty", "echo", "fresh", "green", "humming", "ink", "jumping", "kites", "lemon", "music",
    "night", "open", "paper", "quiet", "rusty", "soft", "toast", "until", "velvet", "winter", "young", "zebra", "along",
    "beyond", "copper", "distant", "eager", "floating", "golden", "hidden", "icy", "jam", "knitted", "lost", "moon", "noble",
    "orange", "purple", "quaint", "ribbons", "sugar", "tumbling", "upward", "violet", "wobbly", "yonder", "zesty",
)  # fmt: skip


def words(*, without: str = "", start: int = 0) -> Iterator[str]:
    """Endless words, none with the letter; passes differ in stride, so that pairs hardly repeat."""
    pool = [word for word in _WORDS if not without or without not in word]
    stride, place = 1, start
    while True:
        for _ in range(len(pool)):
            yield pool[place % len(pool)]
            place += stride
        stride += 1 if (stride + 1) % len(pool) else 2
        place += 1


def starting_with(letter: str) -> str:
    """A word with that first letter."""
    fitting = [word for word in _WORDS if word[0] == letter.lower()]
    return fitting[0] if fitting else letter.lower() + "a"


def take(source: Iterator[str], count: int) -> list[str]:
    """The next `count` words."""
    return [next(source) for _ in range(count)]


def sentence(words: Sequence[str], end: str = ".") -> str:
    """Words as one sentence."""
    text = " ".join(words)
    return text[0].upper() + text[1:] + end
