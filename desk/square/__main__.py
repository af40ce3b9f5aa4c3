"""``python -m desk.square --file square.db --port 8090 --token-env SQUARE_TOKEN``: the square on this machine."""

import argparse
import os
from pathlib import Path
from typing import get_args

from desk.square.app import create_app, is_loopback
from desk.square.board import Kind


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m desk.square", description="The built-in test platform, loopback only.")
    parser.add_argument("--file", type=Path, required=True, help="the square's own SQLite file; made where missing")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address (default: %(default)s)")
    parser.add_argument("--token-env", required=True, help="environment variable that holds the brand's bearer token")
    parser.add_argument("--brand-handle", default="brand", help="handle of the brand (default: %(default)s)")
    parser.add_argument("--brand-name", default="", help="name of the brand as people read it")
    parser.add_argument("--kind", choices=get_args(Kind), default="idempotent", help="what it does with a key")
    parser.add_argument("--lag", type=float, help="only with neither: seconds until own posts are listed; else never")
    found = parser.parse_args()
    if not is_loopback(found.host):
        parser.error(f"--host {found.host}: the square stays on this machine; use 127.0.0.1 or ::1")
    if not os.environ.get(found.token_env):
        parser.error(f"--token-env {found.token_env}: this environment variable is not set or empty")
    return found


def main() -> None:
    """Serves until it is stopped."""
    import uvicorn

    asked = _arguments()
    app = create_app(
        asked.file,
        token=os.environ[asked.token_env],
        brand_handle=asked.brand_handle,
        brand_name=asked.brand_name,
        kind=asked.kind,
        lag=asked.lag,
    )
    uvicorn.run(
        app, host=asked.host, port=asked.port, access_log=False, timeout_graceful_shutdown=2, log_level="warning"
    )


if __name__ == "__main__":
    main()
