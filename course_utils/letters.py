"""Text in the letters that a terminal has: in ASCII, `μ` becomes `mu` and `✓` becomes `[right]`."""

from __future__ import annotations

import unicodedata

# Signs, and behind each what stands for it where a terminal lacks it.
SIGNS = (
    "✓[right] ✗[wrong] ○[open] →-> ·- −- –- —- ×x ∞infinity ≈~ ≤<= ≥>= ≠!= ‖|| ½1/2 ¼1/4 ²^2 ⁻^- √root "
    '∫integral ⏎/ °deg ’\' “" ”"'
)


def in_letters_of(encoding: str, text: str) -> str:
    """The text in the letters of an encoding: in ASCII `μ` becomes `mu`, `✓` becomes `[right]`."""
    signs = {pair[0]: pair[1:] for pair in SIGNS.split()}

    def has(letters: str) -> bool:
        return bool(letters) and letters.encode(encoding, "replace").decode(encoding) == letters

    def written(c: str) -> str:
        if unicodedata.combining(c):
            return ""
        name = unicodedata.name(c, "").partition(" LETTER ")[2].lower().replace("lamda", "lambda")
        like = "".join(d for d in unicodedata.normalize("NFKD", c) if not unicodedata.combining(d))
        return next((w for w in (c, signs.get(c, ""), like, name) if has(w)), "?")

    return text if has(text) else "".join(map(written, text))
