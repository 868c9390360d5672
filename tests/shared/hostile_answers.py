"""Answers, and the name of a model, that try everything against a page that shows them."""

REFUSAL = "I'm sorry, but I can't help with that."
HOSTILE = (
    "<script>window.hacked = 1; alert(1)</script>",
    "</script><script>window.hacked = 2</script>",
    '<img src=x onerror="window.hacked = 3">',
    '"><svg onload=window.hacked=4>',
    "<!--<script>window.hacked = 5</script>-->",
    "{{script}} {{data}} {{title}}",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07",
    "a \u202egnp.exe\u202c b \u2066c\u2069",
    "half a pair \ud83d and \udc00",
    "nul \x00 and \x08 and \x7f",
    "wall " + "x" * 1_000_000,
    "javascript:window.hacked=6",
    "\u0647\u0630\u0627 12 (b)\r\nline",
    REFUSAL,
)
MODEL = 'evil"><script>window.hacked=7</script>\u202e'
