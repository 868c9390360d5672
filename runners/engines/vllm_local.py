"""vLLM in this process as an engine: ``vllm:NAME[?KEY=VALUE&...]``, prefix cache on.

Text depends on what else is in the batch, so batches are cut from the whole plan. With the prefix
cache on, vLLM computes a policy prompt once and keeps it for every request that begins with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from time import perf_counter
from typing import Any
from urllib.parse import parse_qsl

from lawbound.runners.engines.endpoint_wire import sampling_seed
from lawbound.runners.engines.harness_load import revision_of
from lawbound.runners.engines.local_chat import ChatTokenizer
from lawbound.runners.engines.protocol import ModelError
from lawbound.runners.engines.thinking import opens_thinking, split_thinking
from lawbound.runners.sample import Fingerprint, Finish, Message, Rendered, Request, Sample
from lawbound.tasks.messages import did_you_mean, one_line

BATCH = 1024
VERSION = "1"

OPTIONS: Mapping[str, type] = {
    "data_parallel_size": int,
    "dtype": str,
    "enforce_eager": bool,
    "gpu_memory_utilization": float,
    "kv_cache_dtype": str,
    "max_model_len": int,
    "max_num_batched_tokens": int,
    "max_num_seqs": int,
    "pipeline_parallel_size": int,
    "quantization": str,
    "revision": str,
    "tensor_parallel_size": int,
    "tokenizer": str,
}
"""Arguments of ``vllm.LLM`` that a model's name may carry. Remote code is not one of them."""


class VllmEngine:
    """Fits `Engine` and `ScoresChoices`; build it with `load`."""

    fixed_batch: int | None = BATCH
    """See `run.owed_requests`."""

    def __init__(self, vllm: Any, name: str, options: Mapping[str, Any]) -> None:
        """Start vLLM.

        Args:
            vllm: The module.
            name: Folder or hub name.
            options: Arguments of ``vllm.LLM``; see `OPTIONS`.
        """
        self._vllm = vllm
        self._name = name
        self._options = dict(options)
        self._llm: Any = vllm.LLM(model=name, enable_prefix_caching=True, **options)
        self._chat = ChatTokenizer(self._llm.get_tokenizer())

    @classmethod
    def load(cls, rest: str) -> "VllmEngine":
        """Load a model, for example ``NAME?tensor_parallel_size=4&dtype=bfloat16``.

        Raises:
            ModelError: vLLM is not installed, an argument is unknown, or the model does not load.
        """
        name, _, query = rest.partition("?")
        options = _read_options(name, query)
        try:
            import vllm
        except ImportError as error:
            raise ModelError(
                f"model 'vllm:{name}': vLLM cannot be imported ({error}), expected it to be "
                "installed; a vLLM server elsewhere is openai:NAME@URL"
            ) from error
        try:
            return cls(vllm, name, options)
        except (ValueError, RuntimeError, OSError, TypeError, AssertionError) as error:
            line = one_line(error, 300)
            raise ModelError(f"model 'vllm:{name}': cannot be loaded: {line}") from error

    def render(self, messages: Sequence[Message]) -> Rendered:
        """Apply the model's chat template; see `local_chat` for models without one."""
        return self._chat.render(messages)

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a rendered text."""
        return len(self._chat.encode(text))

    def fingerprint(self) -> Fingerprint:
        """The weights as exactly as vLLM tells, and every argument."""
        config = getattr(getattr(self._llm, "llm_engine", None), "model_config", None)
        commit = getattr(getattr(config, "hf_config", None), "_commit_hash", None)
        shown = {k: v for k, v in self._options.items() if k not in ("revision", "dtype")}
        settings = "".join(f",{name}={shown[name]}" for name in sorted(shown))
        return Fingerprint(
            model=self._name,
            revision=revision_of(self._name, commit or self._options.get("revision")),
            engine="vllm",
            version=f"{VERSION} vllm {self._vllm.__version__}",
            dtype=f"{self._options.get('dtype', 'auto')}{settings}",
        )

    def generate(self, requests: Sequence[Request]) -> Iterator[Sample]:
        """Yield samples batch by batch."""
        for start in range(0, len(requests), BATCH):
            prompts = []
            fitting = []
            for request in requests[start : start + BATCH]:
                tokens = self._chat.encode(request.rendered.text)
                if too_long := self._too_long(len(tokens), request.settings.max_tokens):
                    yield _about(request, text="", finish="error", error=too_long)
                else:
                    fitting.append(request)
                    prompts.append({"prompt_token_ids": tokens})
            begin = perf_counter()
            outputs = self._ask(prompts, [self._sampling(request) for request in fitting])
            seconds = (perf_counter() - begin) / max(1, len(fitting))
            for request, output in zip(fitting, outputs, strict=True):
                yield self._sample(request, output, seconds)

    def loglikelihood(self, requests: Sequence[Request]) -> Iterator[Sample]:
        """Yield a sample for each request, with the log-likelihood of each of its choices."""
        scoring = self._vllm.SamplingParams(max_tokens=1, temperature=0.0, prompt_logprobs=0)
        for start in range(0, len(requests), BATCH):
            batch = requests[start : start + BATCH]
            heads = [self._chat.encode(request.rendered.text) for request in batch]
            pairs = [
                [*head, *self._choice(request.rendered.text, head, choice)]
                for request, head in zip(batch, heads, strict=True)
                for choice in request.choices
            ]
            prompts = [{"prompt_token_ids": tokens} for tokens in pairs]
            begin = perf_counter()
            outputs = iter(self._ask(prompts, [scoring] * len(prompts)))
            seconds = (perf_counter() - begin) / max(1, len(batch))
            for request, head in zip(batch, heads, strict=True):
                mine = [next(outputs) for _ in request.choices]
                yield _about(
                    request,
                    text="",
                    finish="choices",
                    choice_logprobs=tuple(_logprob(output, len(head)) for output in mine),
                    prompt_tokens=len(head),
                    seconds=seconds,
                )

    def close(self) -> None:
        """Let the model go."""
        self._llm = None

    def _ask(self, prompts: list[dict[str, list[int]]], sampling: list[Any]) -> Sequence[Any]:
        if not prompts:
            return ()
        outputs: Sequence[Any] = self._llm.generate(prompts, sampling, use_tqdm=False)
        return outputs

    def _choice(self, text: str, head: list[int], choice: str) -> list[int]:
        """Tokens of a choice after a prompt; its own where the two would melt into one."""
        whole = self._chat.encode(text + choice)
        if whole[: len(head)] == head and len(whole) > len(head):
            return whole[len(head) :]
        return self._chat.encode_part(choice)

    def _too_long(self, count: int, room: int) -> str:
        config = getattr(getattr(self._llm, "llm_engine", None), "model_config", None)
        limit = getattr(config, "max_model_len", None)
        if not isinstance(limit, int) or count + room <= limit:
            return ""
        return f"prompt has {count} tokens and needs room for {room}, expected at most {limit}"

    def _sampling(self, request: Request) -> Any:
        settings = request.settings
        sampled = settings.temperature > 0
        return self._vllm.SamplingParams(
            max_tokens=settings.max_tokens,
            temperature=settings.temperature,
            top_p=settings.top_p if sampled else 1.0,
            seed=sampling_seed(request.seed, request.epoch) if sampled else None,
            stop=[*settings.stop, *self._chat.stops],
        )

    def _sample(self, request: Request, output: Any, seconds: float) -> Sample:
        (written,) = output.outputs
        if written.finish_reason not in ("stop", "length"):
            reason = f"vLLM ended with '{written.finish_reason}', expected stop or length"
            return _about(request, text="", finish="error", error=reason)
        finish: Finish = "length" if written.finish_reason == "length" else "stop"
        split = split_thinking(written.text, opened=opens_thinking(request.rendered.text))
        thought = 0
        if split.thinking:
            thought = len(self._chat.encode_part(split.thinking))
        return _about(
            request,
            text=split.answer,
            thinking=split.thinking,
            finish=finish,
            prompt_tokens=len(output.prompt_token_ids),
            completion_tokens=len(written.token_ids),
            thinking_tokens=min(thought, len(written.token_ids)),
            seconds=seconds,
        )


def _logprob(output: Any, head: int) -> float:
    """Sum over the tokens after the prompt; vLLM gives one mapping a position, keyed by token."""
    pairs = zip(output.prompt_token_ids[head:], output.prompt_logprobs[head:], strict=True)
    return float(sum(found[token].logprob for token, found in pairs))


def _about(request: Request, **fields: Any) -> Sample:
    text = request.rendered.text
    return Sample(
        key=request.key,
        prompt_hash=sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        placement=request.rendered.placement,
        engine="vllm",
        **fields,
    )


def _read_options(name: str, query: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for word, value in parse_qsl(query, keep_blank_values=True):
        if word not in OPTIONS:
            hint = did_you_mean(word, OPTIONS)
            raise ModelError(
                f"model 'vllm:{name}': unknown argument '{word}', expected one of "
                f"{', '.join(OPTIONS)}{hint}"
            )
        found[word] = _read_value(name, word, value)
    return found


def _read_value(name: str, word: str, value: str) -> Any:
    kind = OPTIONS[word]
    try:
        if kind is bool:
            return {"true": True, "false": False, "1": True, "0": False}[value.lower()]
        return kind(value)
    except (ValueError, KeyError) as error:
        raise ModelError(
            f"model 'vllm:{name}': {word} is '{value}', expected {kind.__name__}"
        ) from error
