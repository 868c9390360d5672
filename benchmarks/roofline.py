"""A randomly initialised model of a wanted size, and the most that a device's memory and arithmetic allow it."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

COPY_BYTES = {"cpu": 2**28, "cuda": 2**31}
PRODUCT_WIDTH = {"cpu": 2048, "cuda": 8192}
ROUNDS = 5
WIDTH_STEP = 256
UNITS = {"K": 10**3, "M": 10**6, "B": 10**9}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a device can do."""

    bandwidth: float
    """Bytes a second that memory delivers."""
    arithmetic: float
    """Floating-point operations a second in large products."""


def parameter_count(text: str) -> int:
    """``20M`` or ``1.5B`` as a number."""
    number, unit = (text[:-1], text[-1].upper()) if text[-1:].isalpha() else (text, "")
    if unit and unit not in UNITS:
        raise SystemExit(f"--random-params is {text!r}, expected a number such as 20M or 1.5B")
    return int(float(number) * UNITS.get(unit, 1))


def random_model(wanted: int, tokenizer_from: str, folder: Path, dtype: str, device: str) -> None:
    """Save a Llama of at least so many parameters, never trained, with another model's tokenizer."""
    import torch

    transformers: Any = import_module("transformers")
    tokenizer = transformers.AutoTokenizer.from_pretrained(tokenizer_from)
    width = WIDTH_STEP
    while _parameters(_shape(width, len(tokenizer))) < wanted:
        width += WIDTH_STEP
    config = transformers.LlamaConfig(
        **_shape(width, len(tokenizer)),
        max_position_embeddings=8192,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        dtype=dtype,
    )
    torch.manual_seed(0)
    with torch.device(device):
        model = transformers.AutoModelForCausalLM.from_config(config, dtype=getattr(torch, dtype))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def measured_limits(device: str, dtype: str) -> Limits:
    """Bandwidth from reading a large buffer, arithmetic from a large product; best of some rounds."""
    import torch

    kind = device.partition(":")[0]
    buffer = torch.ones(COPY_BYTES[kind] // 4, device=device)
    width = PRODUCT_WIDTH[kind]
    square = torch.ones(width, width, device=device, dtype=getattr(torch, dtype))

    def seconds(work: Any) -> float:
        found = []
        for _ in range(ROUNDS):
            started = perf_counter()
            # Reading one number back waits for the device.
            float(work().reshape(-1)[0])
            found.append(perf_counter() - started)
        return min(found)

    return Limits(
        bandwidth=COPY_BYTES[kind] / seconds(buffer.sum),
        arithmetic=2 * width**3 / seconds(lambda: square @ square),
    )


def roofline(limits: Limits, facts: Mapping[str, float]) -> str:
    """One paragraph: the most that memory and arithmetic allow, and how much of it was reached.

    A step of decoding reads all weights and the shared prefix once and each sequence's own keys and
    values. A token takes two operations a parameter; one that is only read spares the head, which
    is wanted for the last token of a prompt alone.
    """
    step = facts["weight_bytes"] + facts["kv_bytes"] * (
        facts["prefix"] + facts["together"] * facts["own"]
    )
    by_memory = facts["together"] * limits.bandwidth / step
    by_arithmetic = limits.arithmetic / (2 * facts["parameters"])
    reading = limits.arithmetic / (2 * facts["body"])
    writing = min(by_memory, by_arithmetic)
    return (
        f"Roofline: {facts['parameters'] / 1e6:,.0f} million parameters; memory "
        f"{limits.bandwidth / 1e9:,.0f} GB/s, products {limits.arithmetic / 1e12:.2f} TFLOP/s, both "
        f"measured in this run. Decoding {facts['together']:.0f} sequences at once: at most "
        f"{by_memory:,.0f} tokens/s by memory and {by_arithmetic:,.0f} by arithmetic; reached "
        f"{facts['decoded']:,.0f} ({facts['decoded'] / writing:.0%}). Reading prompts: at most "
        f"{reading:,.0f} tokens/s; reached {facts['prefilled']:,.0f} "
        f"({facts['prefilled'] / reading:.0%})."
    )


def _shape(width: int, words: int) -> dict[str, int]:
    heads = width // 64
    return {
        "vocab_size": words,
        "hidden_size": width,
        "intermediate_size": width * 11 // 4,
        "num_hidden_layers": max(2, width // 128),
        "num_attention_heads": heads,
        "num_key_value_heads": heads // 4,
    }


def _parameters(shape: Mapping[str, int]) -> int:
    width, wide = shape["hidden_size"], shape["intermediate_size"]
    kept = width * shape["num_key_value_heads"] // shape["num_attention_heads"]
    layer = 2 * width * width + 2 * width * kept + 3 * width * wide
    return shape["vocab_size"] * width + shape["num_hidden_layers"] * layer
