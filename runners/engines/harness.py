"""Any model of lm-eval's registry as an engine: ``lm-eval:TYPE:ARGS``.

lm-eval drops the system role, with no more than a warning, if a chat template rejects it; cuts
prompts that are too long from the left, where the policy is; and turns a request that an API failed
into an empty text. Here the policy goes to the user turn instead, and the other two are errors.
"""

import inspect
import json
import logging
from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import sha256
from time import perf_counter
from typing import Any

from lawbound.runners.canonical import canonical_json
from lawbound.runners.engines.api_keys import without_keys
from lawbound.runners.engines.estimated import estimate_tokens
from lawbound.runners.engines.extras import remedy
from lawbound.runners.engines.harness_load import Backend, load_backend
from lawbound.runners.engines.harness_log import Failure, call_cleanly
from lawbound.runners.engines.local.chat import BASE_STOP, render_chat
from lawbound.runners.engines.protocol import ModelError, room_fault
from lawbound.runners.engines.thinking import opens_thinking, split_thinking
from lawbound.runners.prompt import place, system_text
from lawbound.runners.sample import Fingerprint, Message, Rendered, Request, Sample, sample_of
from lawbound.runners.seeds import sampling_seed
from lawbound.tasks.io.messages import one_line

BATCH = 256
"""Requests handed over at once; lm-eval gives nothing back before all are done."""
VERSION = "1"

_log = logging.getLogger(__name__)


class HarnessEngine:
    """Implements `Engine`; created by `load`."""

    def __init__(self, backend: Backend) -> None:
        """Wrap a model that has been loaded."""
        self._lm: Any = backend.model
        self._backend = backend
        self.fixed_batch: int | None = None if backend.is_api else BATCH
        """Batch size: a batch's text may depend on what else is in it; see `run.owed_requests`."""
        self._has_template = True

    @classmethod
    def load(cls, rest: str, *, trust_remote_code: bool = False) -> "HarnessEngine":
        """Load a model as lm-eval's own ``--model TYPE --model_args ARGS`` does.

        Args:
            rest: ``TYPE:ARGS``, for example ``hf:pretrained=NAME,dtype=float32,batch_size=8``.
            trust_remote_code: Whether the arguments may let a model bring its own code.

        Raises:
            ModelError: lm-eval has no such type, or cannot load it.
        """
        backend = load_backend(rest, trust_remote_code=trust_remote_code)
        engine = ScoringHarnessEngine(backend)
        if isinstance(engine._context((Message("user", "Say yes."),)), str | None):
            return engine
        return cls(backend)

    def render(self, messages: Sequence[Message]) -> Rendered:
        """Apply the model's chat template, or the plain style, and check that the policy is in it.

        Raises:
            ModelError: The policy does not reach the prompt, not even in the user turn.
        """
        for system in (True, False):
            placed, placement = place(messages, system=system)
            context = self._context(placed)
            if context is None:
                return render_chat(None, None, messages)
            text = _text(context)
            policy = system_text(messages).strip()
            if policy in text or json.dumps(policy, ensure_ascii=False)[1:-1] in text:
                return Rendered(text, placement, self._template())
        raise ModelError(
            f"model 'lm-eval:{self._backend.kind}': the policy is not in the rendered prompt, "
            "expected the chat template to keep it"
        )

    @property
    def estimates_tokens(self) -> bool:
        """Whether lm-eval has no tokenizer for the model."""
        return self._tokens("a") is None

    def count_tokens(self, text: str) -> int:
        """The model's own count, or an estimate if lm-eval has no tokenizer for it."""
        count = self._tokens(text)
        return estimate_tokens(text) if count is None else count

    def fingerprint(self) -> Fingerprint:
        """What lm-eval loaded, and every argument that it was loaded with."""
        from lm_eval import __version__

        return Fingerprint(
            model=self._backend.label,
            revision=self._backend.revision,
            engine=f"lm-eval:{self._backend.kind}",
            version=f"{VERSION} lm-eval {__version__}",
            dtype=self._backend.settings,
        )

    def generate(self, requests: Sequence[Request]) -> Iterator[Sample]:
        """Yield samples batch by batch, as lm-eval gives them."""
        for start in range(0, len(requests), BATCH):
            fitting: list[Request] = []
            for request in requests[start : start + BATCH]:
                if too_long := self._too_long(request, request.settings.max_tokens):
                    yield self._failed(request, too_long)
                else:
                    fitting.append(request)
            yield from self._answered(fitting)

    def close(self) -> None:
        """Release the model."""
        self._lm = None

    def _answered(self, requests: Sequence[Request]) -> Iterator[Sample]:
        arguments = [(self._prompt(request), self._settings(request)) for request in requests]
        begin = perf_counter()
        texts = self._call("generate_until", arguments)
        seconds = (perf_counter() - begin) / max(1, len(requests))
        for request, text in zip(requests, texts, strict=True):
            if isinstance(text, Failure):
                yield self._failed(request, text.said)
            elif self._backend.is_api and not text:
                yield self._failed(
                    request,
                    "no text, which lm-eval also gives for a failed request: expected some "
                    "(openai:NAME@URL tells the two apart)",
                )
            else:
                yield self._sample(request, text, seconds)

    def _call(self, what: str, arguments: Sequence[tuple[Any, Any]]) -> Sequence[Any]:
        """Results of one of lm-eval's three calls, or what it failed with, once for each request."""
        from lm_eval.api.instance import Instance

        if not arguments:
            return ()
        call = getattr(self._lm, what)
        quiet = (
            {"disable_tqdm": True} if "disable_tqdm" in inspect.signature(call).parameters else {}
        )
        kind: Any = what
        instances = [Instance(kind, {}, pair, number) for number, pair in enumerate(arguments)]
        found: Sequence[Any] | Failure = call_cleanly(partial(call, instances, **quiet))
        return [found] * len(arguments) if isinstance(found, Failure) else found

    def _settings(self, request: Request) -> dict[str, Any]:
        settings = request.settings
        stops = [*settings.stop, *([] if self._has_template else [BASE_STOP])]
        found: dict[str, Any] = {"until": stops, "max_gen_toks": settings.max_tokens}
        if settings.temperature <= 0:
            return {**found, "do_sample": False, "temperature": 0.0}
        found |= {"do_sample": True, "temperature": settings.temperature, "top_p": settings.top_p}
        if self._backend.is_api:  # without it every epoch is sent lm-eval's one seed
            found["seed"] = sampling_seed(request.seed, request.epoch)
        return found

    def _prompt(self, request: Request) -> Any:
        """What lm-eval takes as context: a text, or its own wrapping of a chat."""
        system = request.rendered.placement == "system"
        context = self._context(place(request.messages, system=system)[0])
        return request.rendered.text if context is None or isinstance(context, str) else context

    def _context(self, messages: Sequence[Message]) -> Any:
        """The chat as the backend renders it; None if it has no template."""
        if not self._has_template:
            return None
        chat = [{"role": message.role, "content": message.content} for message in messages]
        try:
            return self._lm.apply_chat_template(chat)
        except ImportError as error:  # as of a tokenizer that is made when it is first asked for
            raise self._unable("be loaded", error) from error
        except (NotImplementedError, OSError, ValueError) as error:
            said = without_keys(one_line(error, 200))
            if isinstance(error, ValueError) and "chat_template is not set" not in said:
                raise ModelError(f"model 'lm-eval:{self._backend.kind}': {said}") from error
        except Exception as error:  # a template may raise anything, and so may a server that has it
            raise self._unable("render a chat", error) from error
        _log.warning("no chat template, so the plain style is used: %s", said)
        self._has_template = False
        return None

    def _unable(self, what: str, error: Exception) -> ModelError:
        said = f"{type(error).__name__}: {without_keys(one_line(error, 300))}{remedy(error)}"
        return ModelError(f"model 'lm-eval:{self._backend.kind}': cannot {what}: {said}")

    def _template(self) -> str:
        find = getattr(self._lm, "chat_template", None)
        found = find() if callable(find) else None
        return sha256((found or f"lm-eval:{self._backend.kind}").encode()).hexdigest()

    def _tokens(self, text: str) -> int | None:
        encode = getattr(self._lm, "tok_encode", None)
        try:
            found = encode(text) if callable(encode) else None
        except Exception as error:  # the tokenizer may be a server
            raise self._unable("count tokens", error) from error
        return len(found) if isinstance(found, list) else None

    def _too_long(self, request: Request, room: int) -> str:
        limit = getattr(self._lm, "max_length", None)
        count = self._tokens(request.rendered.text)
        if count is None or not isinstance(limit, int):
            return ""
        return room_fault(count, room, limit)

    def _sample(self, request: Request, text: str, seconds: float) -> Sample:
        split = split_thinking(text, opened=opens_thinking(request.rendered.text))
        written = self._tokens(text)
        # lm-eval does not say why a text ended: as many tokens as allowed are taken for the limit.
        ran_out = written is not None and written >= request.settings.max_tokens
        return self._about(
            request,
            text=split.answer,
            thinking=split.thinking,
            finish="length" if ran_out else "stop",
            prompt_tokens=self.count_tokens(request.rendered.text),
            completion_tokens=self.count_tokens(text),
            thinking_tokens=self.count_tokens(split.thinking) if split.thinking else 0,
            seconds=seconds,
        )

    def _failed(self, request: Request, error: str) -> Sample:
        return self._about(request, text="", finish="error", error=without_keys(error))

    def _about(self, request: Request, **fields: Any) -> Sample:
        is_counted = self._tokens(request.rendered.text) is not None
        engine = f"lm-eval:{self._backend.kind}" + ("" if is_counted else ", tokens estimated")
        return sample_of(request, engine, **fields)


class ScoringHarnessEngine(HarnessEngine):
    """Implements `ScoresChoices` too, for backends whose prompts are texts."""

    def loglikelihood(self, requests: Sequence[Request]) -> Iterator[Sample]:
        """Yield samples batch by batch, each with the log-likelihood of its choices."""
        for start in range(0, len(requests), BATCH):
            fitting: list[Request] = []
            for request in requests[start : start + BATCH]:
                room = max(self.count_tokens(choice) for choice in request.choices)
                if too_long := self._too_long(request, room):
                    yield self._failed(request, too_long)
                else:
                    fitting.append(request)
            pairs = [(r.rendered.text, choice) for r in fitting for choice in r.choices]
            begin = perf_counter()
            scores = iter(self._call("loglikelihood", pairs))
            seconds = (perf_counter() - begin) / max(1, len(fitting))
            for request in fitting:
                mine = [next(scores) for _ in request.choices]
                if isinstance(mine[0], Failure):
                    yield self._failed(request, mine[0].said)
                    continue
                yield self._about(
                    request,
                    text="",
                    finish="choices",
                    choice_logprobs=tuple(float(logprob) for logprob, _ in mine),
                    prompt_tokens=self.count_tokens(request.rendered.text),
                    seconds=seconds,
                )


def _text(context: Any) -> str:
    """The text of what `apply_chat_template` gave: a text, its JSON wrapping, or a list of turns."""
    if isinstance(context, str):
        return context
    wrapped = getattr(context, "prompt", None)
    if isinstance(wrapped, str):
        return wrapped
    return canonical_json(context).decode()
