"""What tests of the report do with its page in a browser."""

from typing import Any


def one(page: Any, css: str) -> Any:
    """The first element."""
    return page.find_element("css selector", css)


def every(page: Any, css: str) -> list[Any]:
    """All elements, in their order."""
    found: list[Any] = page.find_elements("css selector", css)
    return found


def count(page: Any) -> int:
    """Judgements that the list of answers says it holds."""
    return int(one(page, "#answer-count").text.split()[0])


def choose(page: Any, name: str, value: str) -> None:
    """Choose a value of a filter of answers."""
    from selenium.webdriver.support.select import Select

    Select(one(page, f"#answer-filters [name={name}]")).select_by_value(value)


def show_all(page: Any) -> None:
    """Show every answer of the list."""
    more = one(page, "#more")
    while more.is_displayed():
        page.execute_script("arguments[0].click()", more)
