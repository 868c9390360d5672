"""The benchmark's roofline, worked by hand."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def roofline() -> Any:
    path = Path(__file__).parents[1] / "benchmarks" / "roofline.py"
    spec = importlib.util.spec_from_file_location("benchmark_roofline", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_smaller_of_memory_and_arithmetic_bounds_decoding(roofline: Any) -> None:
    """A step reads 400 + 1 x (100 + 10 x 50) = 1,000 bytes: 10 sequences at 5,000 bytes/s write 50 a
    second. Arithmetic allows 60,000 / (2 x 100) = 300."""
    limits = roofline.Limits(bandwidth=5_000.0, arithmetic=60_000.0)
    facts = {"parameters": 100, "body": 60, "weight_bytes": 400, "kv_bytes": 1, "prefix": 100}
    facts |= {"together": 10, "own": 50, "decoded": 25.0, "prefilled": 30.0}
    said = roofline.roofline(limits, facts)
    assert "at most 50 tokens/s by memory and 300 by arithmetic; reached 25 (50%)" in said
    assert "Reading prompts: at most 500 tokens/s; reached 30 (6%)" in said


@pytest.mark.parametrize(("text", "count"), [("20M", 20_000_000), ("1.5B", 1_500_000_000)])
def test_a_size_can_be_written_short(text: str, count: int, roofline: Any) -> None:
    assert roofline.parameter_count(text) == count


def test_a_size_that_is_none_is_named(roofline: Any) -> None:
    with pytest.raises(SystemExit, match=r"'8G', expected a number such as 20M or 1\.5B"):
        roofline.parameter_count("8G")
