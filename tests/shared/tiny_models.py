"""Tiny models of many architectures with random weights, what they are asked, and the plain way to answer it."""

from importlib import import_module
from pathlib import Path
from typing import Any

from lawbound.runners.engines.local.engine import LocalEngine
from lawbound.runners.sample import Message, Request, Sample, Settings

WORDS = 90
SHAPE: dict[str, Any] = {
    "vocab_size": WORDS + 6,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
    "initializer_range": 0.35,
}
SHARED: dict[str, dict[str, Any]] = {
    "llama": {},
    "qwen3_moe": {
        "head_dim": 16,
        "num_experts": 4,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 24,
    },
    "qwen3": {"head_dim": 16},
    "gemma2": {"head_dim": 16, "sliding_window": 24, "attn_logit_softcapping": 20.0},
    "gemma3_text": {"head_dim": 16, "sliding_window": 24},
    "mistral": {"sliding_window": 40},
    "phi3": {},
    "olmo2": {},
    "gpt_neox": {},
    "mixtral": {"num_local_experts": 4, "num_experts_per_tok": 2},
    "gpt_oss": {
        "head_dim": 16,
        "num_local_experts": 4,
        "num_experts_per_tok": 2,
        "sliding_window": 24,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
    },
}
"""Architectures whose prefixes are shared, and what each has beside SHAPE."""
APART: dict[str, dict[str, Any]] = {
    "mamba": {"state_size": 4},
    "lfm2": {"layer_types": ["conv", "full_attention", "conv"]},
}
"""Those whose are not."""
TEMPLATE = (
    "{% for m in messages %}<{{ m['role'] }}> {{ m['content'] }} <end> {% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)
POLICY = " ".join(f"w{(i * 37 + i // 7) % WORDS}" for i in range(50))


def save_model(folder: Path, kind: str, template: str | None = TEMPLATE, **changes: Any) -> Path:
    """Write a tiny model with random weights, and a tokenizer with one token a word."""
    import torch

    from lawbound.runners.engines.local.quiet import quiet_transformers

    transformers: Any = import_module("transformers")
    extra = (SHARED | APART)[kind]
    config = transformers.AutoConfig.for_model(kind, **(SHAPE | extra | changes))
    with torch.random.fork_rng(), quiet_transformers():
        torch.manual_seed(7)
        transformers.AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    save_tokenizer(folder, template)
    return folder


def save_tokenizer(folder: Path, template: str | None = TEMPLATE) -> None:
    """One token a word, w0 to w89."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    transformers: Any = import_module("transformers")
    marks = ["<pad>", "<bos>", "<end>", "<system>", "<user>", "<assistant>"]
    words = [*marks, *(f"w{number}" for number in range(WORDS))]
    raw = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<pad>"))
    raw.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=raw,
        pad_token="<pad>",
        bos_token="<bos>",
        eos_token="<end>",
        additional_special_tokens=marks[3:],
    )
    if template is not None:
        tokenizer.chat_template = template
    tokenizer.save_pretrained(folder)


def one_request(
    engine: LocalEngine, key: str, question: str, system: str = "", settings: Settings | None = None
) -> Request:
    """One question, under a policy or none."""
    chat = (*((Message("system", system),) if system else ()), Message("user", question))
    return Request(key, chat, engine.render(chat), settings or Settings(max_tokens=9))


def nine_requests(engine: LocalEngine, settings: Settings | None = None) -> list[Request]:
    """Questions of different lengths under two policies and none."""
    other = " ".join(reversed(POLICY.split()))
    return [
        one_request(
            engine,
            f"{name}{number}",
            " ".join(f"w{(number * 11 + i * 5) % WORDS}" for i in range(1 + number * 2)),
            system,
            settings,
        )
        for name, system in (("a", POLICY), ("b", other), ("none", ""))
        for number in range(3)
    ]


def plain_text(engine: LocalEngine, request: Request) -> str:
    """Text of plain `generate` on this request alone."""
    import torch

    ids = torch.tensor([engine.tokenizer.encode(request.rendered.text, add_special_tokens=False)])
    with torch.inference_mode():
        out = engine.model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            max_new_tokens=request.settings.max_tokens,
        )
    return str(engine.tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True))


def direct_logprobs(engine: LocalEngine, request: Request) -> list[float]:
    """Each choice in a pass of its own."""
    import torch

    found = []
    for choice in request.choices:
        prompt = engine.tokenizer.encode(request.rendered.text, add_special_tokens=False)
        wanted = engine.tokenizer.encode(choice, add_special_tokens=False)
        with torch.inference_mode():
            logits = engine.model(input_ids=torch.tensor([prompt + wanted])).logits[0]
        shares = torch.log_softmax(logits.double(), dim=-1)
        found.append(
            sum(float(shares[len(prompt) - 1 + i, token]) for i, token in enumerate(wanted))
        )
    return found


def key_and_text(sample: Sample) -> tuple[str, str]:
    """Of an answer that did not fail."""
    assert not sample.error
    return sample.key, sample.text
