"""Files of phrases are written by hand: a slip in one is told in one line."""

from types import ModuleType
from typing import Any

import pytest

from lawbound.rubrics.behaviour import foreign, lexicon, musing
from lawbound.tasks.io.yaml_files import read_yaml


@pytest.mark.parametrize(
    ("module", "within", "told"),
    [
        (lexicon, (), "en.yaml: found key 'wrods', expected one of lang, "),
        (lexicon, ("groups", "notice"), "en.yaml: groups.notice: found key 'wrods', expected one "),
        (
            lexicon,
            ("groups", "notice", "patterns", 0),
            "en.yaml: groups.notice.patterns.0: found key 'wrods', expected one of need, match",
        ),
        (foreign, (), "foreign.yaml: found key 'wrods', expected one of words, own, "),
        (musing, ("en",), "trace.yaml: en: found key 'wrods', expected one of slots, cues"),
    ],
)
def test_a_misspelt_key_is_an_error_in_one_line(
    module: ModuleType, within: tuple[Any, ...], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def misspelt(file: Any, error: type[Exception]) -> Any:
        data = part = read_yaml(file, error)
        if module is lexicon:
            data["groups"]["notice"]["patterns"][0] = {"need": "note", "match": "note that"}
        for name in within:
            part = part[name]
        part["wrods"] = "x"
        return data

    monkeypatch.setattr(module, "read_yaml", misspelt)
    with pytest.raises(lexicon.LexiconError) as caught:
        # Read anew, whatever was read and kept before.
        module._file.__wrapped__("en") if module is lexicon else module._read.__wrapped__()
    assert str(caught.value).startswith(told)
    assert "\n" not in str(caught.value)
