"""Which pieces of the vocabulary stay, and the tokenizer over them."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from models.training.base import Base

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
"""The first four pieces, always kept."""
PAD = 1
SPACE = "▁"

_COMMON = {
    "de": 250_000, "en": 150_000, "fr": 40_000, "es": 40_000, "it": 40_000, "pt": 40_000, "nl": 40_000, "pl": 20_000,
}  # fmt: skip
"""Words of each language whose pieces are kept, the most frequent first."""
_CAPITALIZED = 120_000
_AT_ONCE = 5_000


def tokenizer(base: Base, kept: Sequence[int]) -> "Tokenizer":
    """A Unigram tokenizer as XLM-R's, over the kept pieces."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    vocabulary = [(base.pieces[i], base.scores[i]) for i in kept]
    ids = {piece: i for i, (piece, _) in enumerate(vocabulary)}
    made = Tokenizer(models.Unigram(vocabulary, unk_id=ids["<unk>"], byte_fallback=False))
    made.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"[\n\r\t]"), " "), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always")
    made.decoder = decoders.Metaspace()
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", ids["<s>"]), ("</s>", ids["</s>"])]
    )
    return made


def kept(base: Base, texts: Iterable[str]) -> list[int]:
    """Sorted indices of the pieces that common words of eight languages, the texts, Latin letters or emoji use."""
    whole = tokenizer(base, range(len(base.pieces)))
    found = {i for i, piece in enumerate(base.pieces) if i < len(SPECIAL) or _character(piece)}
    for some in _chunks([*texts, *_words()]):
        for encoded in whole.encode_batch(some, add_special_tokens=False):
            found.update(encoded.ids)
    return sorted(found)


def _words() -> list[str]:
    import wordfreq

    found: list[str] = []
    for language, count in _COMMON.items():
        words = wordfreq.top_n_list(language, count, wordlist="best" if language in ("de", "en") else "small")
        found += words
        if language in ("de", "en"):
            found += [word.capitalize() for word in words[:_CAPITALIZED]]
    return found


def _character(piece: str) -> bool:
    """A single Latin character, mark or emoji; no kana, hangul or han."""
    bare = piece.replace(SPACE, "")
    if len(bare) != 1:
        return False
    point = ord(bare)
    return point < 0x250 or (point > 0x2000 and not 0x3040 <= point <= 0xD7FF)


def _chunks(words: list[str]) -> Iterable[list[str]]:
    return (words[at : at + _AT_ONCE] for at in range(0, len(words), _AT_ONCE))
