"""vLLM in this process as an engine: ``vllm:NAME[?KEY=VALUE&...]``, prefix cache on.

Text depends on what else is in the batch, so batches are cut from the whole plan. With the prefix
cache on, vLLM computes a policy prompt once and keeps it for every request that begins with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any
from urllib.parse import parse_qsl

from lawbound.runners.engines.api_keys import without_keys
from lawbound.runners.engines.local.answer import Answers, Prompt
from lawbound.runners.engines.local.cache import revision_of
from lawbound.runners.engines.local.chat import ChatTokenizer
from lawbound.runners.engines.protocol import ModelError, room_fault
from lawbound.runners.sample import Fingerprint, Finish, Message, Rendered, Request, Sample
from lawbound.runners.seeds import sampling_seed
from lawbound.tasks.io.messages import did_you_mean, one_line
from lawbound.tasks.io.urls import holds_secret, without_secrets

BATCH = 1024
VERSION = "2"
"""Changes when the same weights and request may get another text."""

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
    """Implements `Engine` and `ScoresChoices`; created by `load`."""

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
        end = self._chat.tokenizer.eos_token_id
        ends = frozenset() if end is None else frozenset([int(end)])
        self._answers = Answers(self._chat.tokenizer, ends, "vllm")

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
            line = without_keys(one_line(error, 300))
            raise ModelError(f"model 'vllm:{name}': cannot be loaded: {line}") from error

    def render(self, messages: Sequence[Message]) -> Rendered:
        """Apply the model's chat template; see `local.chat` for models without one."""
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
            prompts: list[Prompt] = []
            for request in requests[start : start + BATCH]:
                prompt = self._prompt(request)
                room = request.settings.max_tokens
                if trouble := room_fault(len(prompt.tokens), room, self._limit):
                    yield self._answers.failed(prompt, trouble)
                else:
                    prompts.append(prompt)
            begin = perf_counter()
            outputs = self._ask(
                [prompt.tokens for prompt in prompts],
                [self._sampling(prompt) for prompt in prompts],
            )
            seconds = (perf_counter() - begin) / max(1, len(prompts))
            for prompt, output in zip(prompts, outputs, strict=True):
                yield self._sample(prompt, output, seconds)

    def loglikelihood(self, requests: Sequence[Request]) -> Iterator[Sample]:
        """Yield a sample for each request, with the log-likelihood of each of its choices."""
        scoring = self._vllm.SamplingParams(max_tokens=1, temperature=0.0, prompt_logprobs=0)
        for start in range(0, len(requests), BATCH):
            prompts: list[Prompt] = []
            rows: list[list[Sequence[int]]] = []
            for request in requests[start : start + BATCH]:
                prompt = self._prompt(request)
                choices = [
                    self._chat.continuation(request.rendered.text, prompt.tokens, choice)
                    for choice in request.choices
                ]
                # vLLM scores by writing one token more.
                room = max(map(len, choices)) + 1
                if trouble := room_fault(len(prompt.tokens), room, self._limit):
                    yield self._answers.failed(prompt, trouble)
                else:
                    prompts.append(prompt)
                    rows.append([(*prompt.tokens, *choice) for choice in choices])
            begin = perf_counter()
            pairs = [row for several in rows for row in several]
            outputs = iter(self._ask(pairs, [scoring] * len(pairs)))
            seconds = (perf_counter() - begin) / max(1, len(prompts))
            for prompt, several in zip(prompts, rows, strict=True):
                mine = [next(outputs) for _ in several]
                if isinstance(mine[0], ValueError):
                    yield self._answers.failed(prompt, _refused(mine[0]))
                    continue
                logprobs = [_logprob(output, len(prompt.tokens)) for output in mine]
                yield self._answers.scored(prompt, logprobs, seconds)

    def close(self) -> None:
        """Release the model."""
        self._llm = None

    def _ask(self, rows: Sequence[Sequence[int]], sampling: Sequence[Any]) -> Sequence[Any]:
        """An output for each row of tokens, or the error with which vLLM refused them."""
        if not rows:
            return ()
        prompts = [{"prompt_token_ids": list(tokens)} for tokens in rows]
        try:
            outputs: Sequence[Any] = self._llm.generate(prompts, list(sampling), use_tqdm=False)
        except ValueError as error:  # what it cannot serve; any other error is vLLM's own
            return [error] * len(prompts)
        return outputs

    def _prompt(self, request: Request) -> Prompt:
        tokens = tuple(self._chat.encode(request.rendered.text))
        return Prompt(request, tokens, (*request.settings.stop, *self._chat.stops))

    @property
    def _limit(self) -> int | None:
        config = getattr(getattr(self._llm, "llm_engine", None), "model_config", None)
        limit = getattr(config, "max_model_len", None)
        return limit if isinstance(limit, int) else None

    def _sampling(self, prompt: Prompt) -> Any:
        request, settings = prompt.request, prompt.request.settings
        sampled = settings.temperature > 0
        return self._vllm.SamplingParams(
            max_tokens=settings.max_tokens,
            temperature=settings.temperature,
            top_p=settings.top_p if sampled else 1.0,
            seed=sampling_seed(request.seed, request.epoch) if sampled else None,
            stop=list(prompt.stops),
        )

    def _sample(self, prompt: Prompt, output: Any, seconds: float) -> Sample:
        """From the tokens: vLLM's own text lacks special tokens, and with them the marks of thinking."""
        if isinstance(output, ValueError):
            return self._answers.failed(prompt, _refused(output))
        (written,) = output.outputs
        if written.finish_reason not in ("stop", "length"):
            reason = f"vLLM ended with '{written.finish_reason}', expected stop or length"
            return self._answers.failed(prompt, reason)
        finish: Finish = "length" if written.finish_reason == "length" else "stop"
        return self._answers.sample(prompt, list(written.token_ids), seconds, finish=finish)


def check_url(rest: str) -> None:
    """Refuse a model's URL with what may be a key, in it or among the arguments behind it.

    Raises:
        ModelError: It has one.
    """
    url, _, query = rest.partition("?")
    given = parse_qsl(query, keep_blank_values=True)
    if holds_secret(url) or any(
        word not in OPTIONS or holds_secret(value) for word, value in given
    ):
        raise ModelError(
            f"model 'vllm:{without_secrets(rest)}': found a URL with what may be a key, expected keys in the "
            f"environment and behind a ? only {', '.join(OPTIONS)}"
        )


def _refused(error: ValueError) -> str:
    return f"vLLM refused the batch: {without_keys(one_line(error, 300))}"


def _logprob(output: Any, head: int) -> float:
    """Sum over the tokens after the prompt; vLLM gives one mapping a position, keyed by token."""
    pairs = zip(output.prompt_token_ids[head:], output.prompt_logprobs[head:], strict=True)
    return float(sum(found[token].logprob for token, found in pairs))


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
