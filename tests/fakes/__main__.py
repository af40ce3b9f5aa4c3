"""``python -m tests.fakes FOLDER PORT [--kind K]`` runs the fake square; ``… FOLDER --received`` says what it received.

Orders are appended to FOLDER/orders.jsonl: ``{"kind": "drop-after", "method": "POST", "path": "/api/v1/posts"}``.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

from tests.fakes.faults import Faults


def received(folder: Path) -> dict[str, dict[str, int]]:
    """How often each key and each text was accepted by the platform."""
    posts = [entry for entry in Faults(folder).log() if entry["path"] == "/api/v1/posts" and entry["status"] == 201]
    return {name: dict(Counter(entry[name] for entry in posts)) for name in ("key", "text")}


def main() -> None:
    """Serves or reports."""
    parser = argparse.ArgumentParser("python -m tests.fakes", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("port", type=int, nargs="?", default=0)
    parser.add_argument("--kind", default="idempotent")
    parser.add_argument("--lag", type=float)
    parser.add_argument("--received", action="store_true")
    asked = parser.parse_args()
    if asked.received:
        return print(json.dumps(received(asked.folder), ensure_ascii=False))  # noqa: T201
    import uvicorn

    from desk.square import create_app
    from tests.fakes.faulty import Faulty
    from tests.fakes.square import BRAND, TOKEN

    app = create_app(asked.folder / "square.db", token=TOKEN, brand_handle=BRAND, kind=asked.kind, lag=asked.lag)
    faulty = Faulty(app, Faults(asked.folder))
    uvicorn.run(faulty, port=asked.port, http="h11", proxy_headers=False, lifespan="off", log_level="warning")
    return None


if __name__ == "__main__":
    main()
