"""Loading: hostile and wrong files end in one line that names file, place, found and expected."""

from pathlib import Path

import pytest

from lawbound.rubrics.policy.files import load_policy, shipped
from lawbound.rubrics.policy.policy import PolicyError
from lawbound.rubrics.policy.scaffold import scaffold

BASE = """\
id: mine
name: Mine
{parent}version: "1"
languages: [{languages}]
summary: A sentence.
sources:
- {{id: src, title: T, status: verified}}
rules:
- id: {id}
  source: {source}
  basis: statute
  category: c
  when: {{topics: [{topic}], acts: [{act}]{when}}}
  behaviour: {behaviour}
  severity: {severity}
  text: {text}
{more}"""
FINE = {
    "parent": "", "languages": "en", "id": "r", "source": "src", "topic": "state/monarchy",
    "act": "opine", "when": "", "behaviour": "refuse", "severity": "low",
    "text": "Decline opinions.", "more": "",
}  # fmt: skip


def write(folder: Path, name: str = "mine.yaml", **changes: str) -> Path:
    path = folder / name
    path.write_text(BASE.format(**{**FINE, **changes}), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", [*shipped(), "core"])
def test_every_shipped_policy_loads_on_the_core(name: str) -> None:
    policy = load_policy(name)
    core = [rule.id for rule in load_policy("core").rules]
    assert policy.id == name
    assert [rule.id for rule in policy.rules][: len(core)] == core


def test_the_policies_of_the_plan_are_shipped() -> None:
    named = "intl cn eu de fr us uk in sg kr jp ru tr sa ae th vn br id pk ng"
    assert set(shipped()) == set(named.split())


def test_an_unknown_name_suggests_the_nearest_and_lists_all() -> None:
    with pytest.raises(
        PolicyError, match=r"expected a YAML file or one of ae, br.*did you mean 'intl'"
    ):
        load_policy("int")


def test_a_user_file_loads_and_may_inherit(tmp_path: Path) -> None:
    policy = load_policy(str(write(tmp_path, parent="parent: eu\n")))
    assert [rule.id for rule in policy.rules][-1] == "r"
    assert {rule.id for rule in load_policy("eu").rules} < {rule.id for rule in policy.rules}


@pytest.mark.parametrize("suffix", ["yaml", "yml"])
def test_a_parent_may_stand_beside_the_file(tmp_path: Path, suffix: str) -> None:
    write(tmp_path, f"base.{suffix}", id="of-the-base")
    child = write(tmp_path, "child.yaml", parent="parent: base\n")
    child.write_text(child.read_text().replace("id: mine", "id: child"))
    assert "of-the-base" in [rule.id for rule in load_policy(str(child)).rules]


def test_no_file_stands_in_for_the_core(tmp_path: Path) -> None:
    false_core = write(tmp_path, "core.yaml")
    false_core.write_text(false_core.read_text().replace("id: mine", "id: core"))
    child = write(tmp_path, parent="parent: core\n", id="other")
    for path in (false_core, child):
        with pytest.raises(PolicyError, match=r"core.yaml: id: found 'core', expected another id"):
            load_policy(str(path))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"severity": "hgih"},
            "rule 'r': severity: found 'hgih', expected 'low', 'medium' or 'high'",
        ),
        ({"topic": "state/monarky"}, "rule 'r': topics: .*did you mean 'state/monarchy'"),
        ({"act": "opin"}, "rule 'r': when.acts.0: found 'opin'"),
        (
            {"behaviour": "reply"},
            "rule 'r': behaviour: found 'reply', expected one of either, answer",
        ),
        (
            {"behaviour": "refuse+notice"},
            "rule 'r': behaviour: found .*expected no add-on to refuse",
        ),
        ({"source": "nowhere"}, "rule 'r': source is 'nowhere', expected one of .*src"),
        ({"languages": "en, de"}, "rule 'r': texts has en, expected 'de' too"),
        ({"text": "'  '"}, "rule 'r': text in 'en' is empty"),
        ({"when": ", targets: [thailand]"}, "targets: found 'thailand', expected a country code"),
        ({"id": "core-threats"}, "is a rule of the core, expected another id"),
        ({"more": "  overrides: [core-threats]\n"}, "overrides 'core-threats', expected no rule"),
        ({"more": "  overrides: [r]\n"}, "overrides 'r', expected another rule"),
        ({"more": "  replaces: true\n"}, "replaces nothing, expected the id of a rule"),
        (
            {"parent": "parent: eu\n", "id": "denial"},
            "stands in the parent too, expected 'replaces",
        ),
        ({"parent": "parent: eurpe\n"}, "parent: found 'eurpe', expected one of"),
        ({"parent": "parent: krr\n"}, "expected one of .* beside it; did you mean 'kr'"),
        (
            {"parent": "parent: kr\n", "more": "  overrides: [campaign-fake]\n"},
            "overrides 'campaign-fake', expected another rule of this policy: [^:]*campaign-fakes"
            "[^:]*; did you mean 'campaign-fakes'",
        ),
        ({"act": "insutl"}, "when.acts.0: found 'insutl', .*; did you mean 'insult'"),
        ({"topic": "state"}, "topics: found 'state', .*; did you mean 'state/\\*'"),
        ({"when": ", targets: [KOR]"}, "targets: found 'KOR', .* or none; did you mean 'KR'"),
        ({"when": ", targets: [Korea]"}, "targets: found 'Korea', .* or none; did you mean 'KR'"),
        ({"when": ", harmless: 'no'"}, "when.harmless: found 'no', expected true or false"),
        ({"when": ", harmless: 1"}, "when.harmless: found 1, expected true or false"),
        ({"more": "  replaces: 'yes'\n"}, "replaces: found 'yes', expected true or false"),
        ({"text": "“Decline.”"}, "line 16: found '“Decline.”' in curly quotes, .* straight ones"),
        (
            {"more": "  texts: {ko: a, b}\n"},
            "line 17: found 'b' without a value in braces or brackets, expected one, or quotes around",
        ),
        ({"parent": "parent: mine\n"}, "parent: found the circle"),
        ({"more": "  exempt: {none: answer}\n"}, "rule 'r': exempt: .*expected a claimed purpose"),
        (
            {"more": "  exempt: {reserch: answer}\n"},
            "rule 'r': exempt: found 'reserch', expected a claimed purpose: education, research, "
            "reporting, art, counter-speech, professional; did you mean 'research'",
        ),
        (
            {"more": "  overides: []\n"},
            "rule 'r': found key 'overides', expected one of id, source.*did you mean 'overrides'",
        ),
        ({"severity": "[]"}, "rule 'r': severity: found an empty list, expected 'low'"),
        (
            {"text": "2026-01-02"},
            "rule 'r': text: found the date 2026-01-02, expected text in quotes",
        ),
        (
            {"when": ", targets: [UK]"},
            "rule 'r': targets: found 'UK', expected a country code of ISO 3166-1 .*did you mean 'GB'",
        ),
        ({"when": ", targets: [ZZ]"}, "targets: found 'ZZ', expected a country code .*or none$"),
        ({"languages": "english"}, "yaml: languages: found 'english', expected codes of ISO 639-1"),
        ({"languages": "en, jp"}, "languages: found 'jp', expected codes.*did you mean 'ja'"),
        ({"more": "names: {xx: Ours}\n"}, "yaml: names: found 'xx', expected codes of ISO 639-1"),
        ({"more": "summaries: {german: S}\n"}, "summaries: found 'german', expected codes of ISO"),
        ({"more": "names: {en: Ours}\n"}, "names: found 'en', .*English stands under 'name'"),
        ({"more": "summaries: {en: S}\n"}, "summaries: found 'en', .*stands under 'summary'"),
        ({"more": "  texts: {en: T}\n"}, "rule 'r': texts: found 'en', .*stands under 'text'"),
        (
            {"parent": "parent: ke.yaml\n"},
            "parent: found 'ke.yaml', expected its id, without .yaml",
        ),
        ({"behaviour": "notice"}, "found 'notice', expected a base before it, as in answer.notice"),
        ({"more": "as_of: yesterday\n"}, "as_of: found 'yesterday', expected a day such as"),
        ({"more": "as_of: '2026-13'\n"}, "as_of: found '2026-13', expected a day such as"),
    ],
)
def test_a_wrong_file_ends_in_one_line(
    tmp_path: Path, changes: dict[str, str], message: str
) -> None:
    path = write(tmp_path, **changes)
    with pytest.raises(PolicyError, match=message) as fault:
        load_policy(str(path))
    assert "\n" not in str(fault.value)
    assert str(fault.value).startswith(str(path))


def test_languages_are_held_against_the_codes_without_a_rule_and_with_a_text(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, languages="english")
    path.write_text(path.read_text().partition("rules:")[0] + "rules: []\n")
    with pytest.raises(PolicyError, match="yaml: languages: found 'english', expected codes of"):
        load_policy(str(path))
    spoken = "names: {fil: Atin}\n"
    path = write(tmp_path, languages="en, fil", more="  texts: {fil: Tanggihan.}\n" + spoken)
    assert load_policy(str(path)).file.languages == ("en", "fil")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"rules: [", "line 2"),
        (b"a: &x [1]\nb: *x\n", "alias"),
        (b"- 1\n- 2\n", "top level: found"),
        (b"", "top level: found nothing, expected a mapping"),
        (b"rules: 7\nid: x\n", "expected"),
        (b"!!python/object/apply:os.system ['true']\n", "line 1|top level"),
        (b"[" * 5000, "mine.yaml"),
        (b"id: a\nid: b\n", "twice"),
    ],
)
def test_hostile_files_are_refused_in_one_line(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    with pytest.raises(PolicyError, match=message) as fault:
        load_policy(str(path))
    assert "\n" not in str(fault.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot be read"):
        load_policy(str(tmp_path / "no.yaml"))
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(PolicyError, match="cannot be read"):
        load_policy(str(tmp_path / "folder.yaml"))


@pytest.mark.parametrize("day", ["", "2026", "2026-11", "2026-11-01"])
def test_facts_hold_to_a_day_a_month_or_a_year(tmp_path: Path, day: str) -> None:
    assert load_policy(str(write(tmp_path, more=f"as_of: '{day}'\n"))).file.as_of == day


def test_a_child_that_relaxes_says_which_cells(tmp_path: Path) -> None:
    path = write(
        tmp_path, parent="parent: eu\n", id="condoning", topic="violence/terrorism",
        act="praise", behaviour="neutral", more="  replaces: true\n",
    )  # fmt: skip
    relaxed = load_policy(str(path)).relaxed
    assert len(relaxed) == 2
    assert relaxed[0].endswith("x advocate: refuse -> not covered")
    assert "violence/war-crimes x advocate, praise" in relaxed[0].replace(
        "praise, advocate", "advocate, praise"
    )
    assert relaxed[1] == "'condoning' replaced: violence/terrorism x praise: refuse -> neutral"


def test_a_child_that_gives_up_harmless_items_says_so(tmp_path: Path) -> None:
    write(tmp_path, when=", harmless: true")
    child = write(tmp_path, "child.yaml", parent="parent: mine\n", more="  replaces: true\n")
    child.write_text(child.read_text().replace("id: mine", "id: child", 1))
    assert load_policy(str(child)).relaxed == (
        "'r' replaced: state/monarchy x opine: harmless items -> not covered",
    )


def test_an_override_says_which_cells_it_relaxes(tmp_path: Path) -> None:
    path = write(
        tmp_path, parent="parent: eu\n", topic="violence/*", act="praise", behaviour="answer",
        more="  overrides: [condoning]\n",
    )  # fmt: skip
    assert load_policy(str(path)).relaxed == (
        "'r' overrides 'condoning': violence/terrorism, violence/war-crimes x praise: "
        "refuse -> answer",
        "'r' overrides 'condoning': violence/terrorism, violence/war-crimes x advocate together with "
        "praise: refuse -> answer",
    )


def second(rule_id: str, act: str, behaviour: str, more: str) -> str:
    """A further rule on the topic of the first."""
    return (
        f"- id: {rule_id}\n  source: src\n  basis: statute\n  category: c\n  severity: low\n  text: T.\n"
        f"  when: {{topics: [state/monarchy], acts: [{act}]}}\n  behaviour: {behaviour}\n{more}"
    )


def test_an_override_says_what_its_exemptions_relax(tmp_path: Path) -> None:
    exempt = "  overrides: [r]\n  exempt: {research: answer, art: refuse}\n"
    path = write(tmp_path, more=second("s", "opine", "refuse", exempt))
    assert load_policy(str(path)).relaxed == (
        "'s' overrides 'r': state/monarchy x opine for research: refuse -> answer",
    )


def test_an_override_says_which_further_acts_of_an_item_it_relaxes(tmp_path: Path) -> None:
    more = second("s", "satirise, praise", "answer", "  overrides: [r]\n")
    path = write(tmp_path, act="fabricate, praise", more=more)
    assert load_policy(str(path)).relaxed == (
        "'s' overrides 'r': state/monarchy x praise: refuse -> answer",
        "'s' overrides 'r': state/monarchy x fabricate together with satirise or praise: refuse -> answer",
    )


@pytest.mark.parametrize("last", ["r", "s"])
def test_rules_that_override_each_other_in_a_circle_are_refused(tmp_path: Path, last: str) -> None:
    more = "  overrides: [s]\n" + second("s", "praise", "neutral", "  overrides: [t]\n")
    more += second("t", "praise", "neutral", f"  overrides: [{last}]\n")
    circle = {"r": "r -> s -> t -> r", "s": "s -> t -> s"}[last]
    with pytest.raises(PolicyError, match=f"yaml: overrides: found the circle {circle}, expected"):
        load_policy(str(write(tmp_path, more=more)))


def test_a_child_may_close_no_circle_of_its_parents_rules(tmp_path: Path) -> None:
    more = second("s", "praise", "neutral", "  overrides: [r]\n")
    write(tmp_path, more=more)
    child = write(
        tmp_path, "child.yaml", parent="parent: mine\n", more="  replaces: true\n  overrides: [s]\n"
    )
    child.write_text(child.read_text().replace("id: mine", "id: child", 1))
    with pytest.raises(PolicyError, match=r"child\.yaml: overrides: found the circle"):
        load_policy(str(child))


@pytest.mark.parametrize(
    ("part", "entry"),
    [
        ("threshold", "{id: t, metric: refusal_rate, direction: at-least, mark: 0.9, source: src}"),
        ("bank", "{id: t, tags: [own], source: src}"),
    ],
)
def test_a_threshold_or_a_bank_has_an_id_of_its_own(tmp_path: Path, part: str, entry: str) -> None:
    path = write(tmp_path, more=f"{part}s:\n- {entry}\n- {entry}\n")
    with pytest.raises(PolicyError, match=f"yaml: {part} 't' stands twice, expected ids once"):
        load_policy(str(path))


def test_no_shipped_child_relaxes_its_parent() -> None:
    assert {
        name: load_policy(name).relaxed for name in shipped() if load_policy(name).relaxed
    } == {}


@pytest.mark.parametrize(
    ("policy_id", "name"),
    [
        ("my-town", "My Town"), ("no", "No"), ("yes", "Yes"), ("on", "On"), ("null", "Null"),
        ("2024", "2024"), ("2024-01-01", "2024 01 01"), ("1e3", "1E3"), ("0x1f", "0X1F"),
    ],
)  # fmt: skip
def test_a_scaffold_loads_as_it_stands(tmp_path: Path, policy_id: str, name: str) -> None:
    path = tmp_path / f"{policy_id}.yaml"
    path.write_text(scaffold(policy_id), encoding="utf-8")
    policy = load_policy(str(path))
    assert (policy.id, policy.name) == (policy_id, name)


def test_a_scaffold_with_a_bad_id_is_refused() -> None:
    with pytest.raises(PolicyError, match="expected lower-case"):
        scaffold("../etc")


def test_a_mark_names_a_bank_of_its_own_file(tmp_path: Path) -> None:
    mark = "thresholds:\n- {id: m, metric: refusal_rate, direction: at-least, mark: 0.9, source: src, bank: b}\n"
    with pytest.raises(PolicyError, match=r"threshold 'm': bank is 'b', expected one of the banks"):
        load_policy(str(write(tmp_path, more=mark)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("metric: refusals", "metric: found 'refusals', .*'refusal_rate'"),
        ("mark: 95", "mark: found 95, expected a share from 0 to 1; 95 % is 0.95"),
        ("mark: -0.1", "mark: found -0.1, expected a share"),
        ("mark: .nan", "mark: found nan, expected a share"),
        ("mark: true", "mark: found true, expected a number"),
        ("minimum_items: 0", "minimum_items: found 0, expected a number of at least 1"),
        ("minimum_items: true", "minimum_items: found true, expected a whole number"),
        ("condition: ful", "condition: found 'ful', expected 'none', 'placebo', 'brief', 'full'"),
    ],
)
def test_a_mark_that_nothing_can_be_held_against_is_refused(
    tmp_path: Path, change: str, message: str
) -> None:
    fields = {"metric": "refusal_rate", "mark": "0.9", "minimum_items": "1"}
    name, _, value = change.partition(": ")
    given = ", ".join(f"{k}: {v}" for k, v in {**fields, name: value}.items())
    mark = f"thresholds:\n- {{id: m, direction: at-least, source: src, {given}}}\n"
    with pytest.raises(PolicyError, match=rf"mine.yaml: threshold 'm': {message}"):
        load_policy(str(write(tmp_path, more=mark)))
