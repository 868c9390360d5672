"""Lines of files that strangers write: UTF-8, or a fault that says where it is not."""

from collections.abc import Iterable, Iterator

SAVE_AGAIN = " (from a spreadsheet: save as CSV UTF-8)"
"""The end of a message about a CSV file."""


def text_lines(
    lines: Iterable[bytes], source: object, error: type[Exception], *, hint: str = ""
) -> Iterator[str]:
    """The lines as text, the first without a byte order mark.

    Args:
        lines: The lines of a file, from the first on.
        source: The file's name in messages.
        error: What to raise.
        hint: The end of a message.

    Raises:
        error: At a byte that is not UTF-8, or a first line in UTF-16.
    """
    for number, raw in enumerate(lines, 1):
        where = f"{source}: line {number}"
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as fault:
            raise error(
                f"{where}: byte {fault.start + 1} is not UTF-8, expected UTF-8 text{hint}"
            ) from fault
        if number == 1 and "\0" in text:
            raise error(f"{where}: holds a NUL, as UTF-16 does, expected UTF-8 text{hint}")
        yield text.removeprefix("\ufeff") if number == 1 else text
