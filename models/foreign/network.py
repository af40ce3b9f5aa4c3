"""What turns pieces of text into a model's own figures: onnxruntime, or torch where only it can read the weights."""

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np

from models.batches import Rows
from models.embedded.heads import Matrix
from models.foreign.source import Source
from models.foreign.unusable import Unusable

Network = Callable[[Rows, Rows], Matrix]
"""From numbers of pieces and a 1 wherever there is one to logits: a row a text, a column a label."""

_TYPES = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}


def network(source: Source, threads: int) -> Network:
    """The network of a model. Raises Unusable, and whatever its library raises for a file that it cannot read."""
    return _by_onnx(source, threads) if source.weights.by == "onnx" else _by_torch(source, threads)


def _by_onnx(source: Source, threads: int) -> Network:
    from models.onnx import session

    opened = session(source.file, threads)
    wanted = {one.name: _TYPES.get(one.type) for one in opened.get_inputs()}
    if strange := [name for name, type_ in wanted.items() if name not in _GIVEN or type_ is None]:
        raise Unusable(f"{source.weights.file} of {source.name} wants {', '.join(strange)}, which no text gives")
    outputs = [one.name for one in opened.get_outputs()]
    output = "logits" if "logits" in outputs else outputs[0]

    def run(ids: Rows, mask: Rows) -> Matrix:
        inputs = {name: _GIVEN[name](ids, mask).astype(type_) for name, type_ in wanted.items()}
        logits: Matrix = np.asarray(opened.run([output], inputs)[0], dtype=np.float32)
        return logits

    return run


_GIVEN: dict[str, Callable[[Rows, Rows], Rows]] = {
    "input_ids": lambda ids, _: ids,
    "attention_mask": lambda _, mask: mask,
    "token_type_ids": lambda ids, _: np.zeros_like(ids),
}
"""What an exported network may ask for."""


def _by_torch(source: Source, threads: int) -> Network:
    if find_spec("torch") is None:
        raise Unusable(
            f"{source.name} has no ONNX weights, and torch, which reads {source.weights.file}, is not installed: "
            "pip install 'twoway[torch]', or put a model.onnx beside it"
        )
    import torch
    from transformers import AutoModelForSequenceClassification

    if threads:
        torch.set_num_threads(threads)
    model, loaded = AutoModelForSequenceClassification.from_pretrained(
        source.folder, local_files_only=True, trust_remote_code=False, output_loading_info=True
    )
    if missing := loaded["missing_keys"]:  # torch would make them up
        raise Unusable(f"{source.name} has no text-classification head: {min(missing)} is not in {source.weights.file}")
    model.eval()

    def run(ids: Rows, mask: Rows) -> Matrix:
        with torch.inference_mode():
            found = model(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask)).logits
        logits: Matrix = found.float().numpy()
        return logits

    return run
