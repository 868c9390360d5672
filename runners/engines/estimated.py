"""Token counts of texts whose tokenizer nobody here knows."""


def estimate_tokens(text: str) -> int:
    """Tokens of a text as a rough estimate: four ASCII characters or one other character a token."""
    ascii_count = len(text.encode("ascii", "ignore"))
    return -(-ascii_count // 4) + len(text) - ascii_count
