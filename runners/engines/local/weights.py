"""Loading a causal language model from a folder, a hub name or a GGUF file, with one clear line on failure."""

import socket
import urllib.request
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from lawbound.runners.engines.extras import check_local
from lawbound.runners.engines.home import expanded
from lawbound.runners.engines.local.cache import revision_of
from lawbound.runners.engines.local.gguf import converted
from lawbound.runners.engines.local.quiet import LOAD_ERRORS, first_line, quiet_transformers
from lawbound.runners.engines.protocol import DTYPES, ModelError


@dataclass(frozen=True, slots=True)
class Loaded:
    """Weights in memory."""

    model: Any
    tokenizer: Any
    revision: str
    device: str


def load_weights(
    name_or_path: str,
    *,
    dtype: str,
    device: str,
    revision: str | None,
    trust_remote_code: bool,
    gguf_file: str | None,
) -> Loaded:
    """Load model and tokenizer.

    The authors' sampling defaults (temperature, repetition penalty) are removed: a run's settings
    are the same for every model and complete.

    Raises:
        ModelError: The model cannot be loaded; one line says why.
    """
    if dtype not in DTYPES:
        raise ModelError(f"dtype is {dtype!r}, expected one of {', '.join(DTYPES)}")
    check_local()
    import torch

    transformers: Any = import_module("transformers")
    broken: type[Exception] = import_module("safetensors").SafetensorError
    if gguf_file is not None:
        name_or_path = str(converted(expanded(name_or_path) / gguf_file))
    place = _device(device)
    options: dict[str, Any] = {"trust_remote_code": trust_remote_code}
    folder = expanded(name_or_path)
    if folder.is_dir():
        name_or_path = str(folder)
        options["local_files_only"] = True
    elif folder.is_absolute() or name_or_path.startswith((".", "~")):
        raise ModelError(f"{name_or_path}: no such folder, expected a folder or a hub name")
    else:
        options |= {"revision": revision, "local_files_only": not _hub_can_be_reached()}
    try:
        with quiet_transformers():
            tokenizer = transformers.AutoTokenizer.from_pretrained(name_or_path, **options)
            model = transformers.AutoModelForCausalLM.from_pretrained(
                name_or_path, dtype=getattr(torch, dtype), **options
            )
            model = model.to(place).eval()
    except (broken, *LOAD_ERRORS) as error:
        raise ModelError(f"{name_or_path}: cannot be loaded: {first_line(error)}") from error
    _plain_defaults(model, tokenizer)
    commit = getattr(model.config, "_commit_hash", None)
    return Loaded(model, tokenizer, revision_of(name_or_path, commit and str(commit)), place)


def stop_tokens(defaults: Any, tokenizer: Any) -> frozenset[int]:
    """Tokens that end an answer: the generation config's and the tokenizer's."""
    found: set[int] = set()
    for stated in (defaults.eos_token_id, tokenizer.eos_token_id):
        if isinstance(stated, int):
            found.add(stated)
        elif stated is not None:
            found.update(int(token) for token in stated)
    return frozenset(found)


def context_length(config: Any) -> int | None:
    """Most tokens that prompt and answer may have together, if the model's config says so."""
    text = config.get_text_config()
    length = getattr(text, "max_position_embeddings", None) or getattr(text, "n_positions", None)
    return int(length) if length else None


def _hub_can_be_reached() -> bool:
    """Whether the hub can be reached; without a route its client tries for over a minute before it
    looks at its cache."""
    if urllib.request.getproxies():
        return True
    host = urlsplit(str(import_module("huggingface_hub.constants").ENDPOINT)).hostname
    try:
        socket.getaddrinfo(host, None)
    except OSError:
        return False
    return True


def _device(device: str) -> str:
    import torch

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ModelError(
            f"device is {device!r}: {first_line(error)}, expected cpu or cuda"
        ) from error
    return device


def _plain_defaults(model: Any, tokenizer: Any) -> None:
    given = model.generation_config
    plain = import_module("transformers").GenerationConfig(
        bos_token_id=given.bos_token_id,
        eos_token_id=given.eos_token_id,
        pad_token_id=given.pad_token_id,
        use_cache=True,
    )
    stops = sorted(stop_tokens(given, tokenizer))
    if stops:
        plain.eos_token_id = stops
        if plain.pad_token_id is None:
            plain.pad_token_id = stops[0]
    model.generation_config = plain
