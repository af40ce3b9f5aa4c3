"""Opening an ONNX file, the same way for every model."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


def session(path: Path, threads: int) -> "InferenceSession":
    """The network in that file, on the CPU; ``threads`` as onnxruntime counts them, 0 leaves the choice to it."""
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Plans are made for shapes that come again; texts are of all lengths, and the plans would only pile up.
    options.enable_mem_pattern = False
    # Adding and normalising in one step runs on one thread only: a fifth slower than one after the other.
    apart = ["SkipLayerNormFusion"]
    return InferenceSession(str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=apart)
