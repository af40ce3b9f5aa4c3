"""A model by its name on Hugging Face's hub: fetched once, then nobody is asked; never where it was forbidden."""

import json
import re
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from models.foreign.judge import Foreign
from models.foreign.source import find
from models.foreign.unusable import Unusable
from models.rules import Rules
from tests.models.tiny import tiny

COMMIT = "f1e2d3c4b5a697887766554433221100ffeeddcc"
REPO = "someone/deutsch"
TEXT = "Die Lampe ist kaputt"


@dataclass
class Hub:
    """The hub with one model on it; remembers what it was asked."""

    folder: Path
    asked: list[str] = field(default_factory=list)
    status: int = 200

    def __call__(self, request: Request) -> Response:
        self.asked.append(f"{request.method} {request.path}")
        if self.status != 200:
            return Response("", self.status, headers={"X-Error-Code": "RepoNotFound"} if self.status == 404 else {})
        if request.path.startswith(f"/api/models/{REPO}/tree/"):
            return self._json(self._files)
        if request.path.startswith(f"/api/models/{REPO}"):
            files = [{"rfilename": one["path"]} for one in self._files]
            return self._json({"id": REPO, "sha": COMMIT, "siblings": files})
        return self._file(self.folder / request.path.split("/", 5)[-1])

    @property
    def _files(self) -> list[dict[str, object]]:
        return [self._entry(path) for path in sorted(self.folder.rglob("*")) if path.is_file()]

    def _entry(self, path: Path) -> dict[str, object]:
        name = path.relative_to(self.folder).as_posix()
        return {"type": "file", "path": name, "size": path.stat().st_size, "oid": self._tag(path)}

    def _file(self, path: Path) -> Response:
        return Response(path.read_bytes(), headers={"ETag": f'"{self._tag(path)}"', "X-Repo-Commit": COMMIT})

    def _tag(self, path: Path) -> str:
        return sha256(path.read_bytes()).hexdigest()[:40]

    def _json(self, value: object) -> Response:
        return Response(json.dumps(value), content_type="application/json")

    @property
    def fetched(self) -> set[str]:
        """The files that somebody took."""
        return {path.rpartition(f"{COMMIT}/")[2] for path in self.asked if path.startswith("GET /someone")}


@pytest.fixture
def hub(httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """The hub of this test, and an empty place for what is fetched."""
    from huggingface_hub import constants

    address = httpserver.url_for("").rstrip("/")
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "kept"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_PROGRESS_BARS", True)
    running = Hub(tiny(tmp_path / "published", file="onnx/model.onnx"))
    httpserver.expect_request(re.compile(".*")).respond_with_handler(running)
    return running


def refused(wanted: str = REPO) -> str:
    with pytest.raises(Unusable) as caught:
        find(wanted)
    return str(caught.value)


def test_a_model_is_fetched_by_its_name_and_named_with_its_commit(hub: Hub) -> None:
    judge = Foreign(REPO, Rules())
    assert judge.model == "someone/deutsch@f1e2d3c + rules 1"
    assert judge.judge([TEXT])[0].sentiment.label == "negative"


def test_once_it_is_here_nobody_is_asked(hub: Hub) -> None:
    first = find(REPO)
    assert hub.asked
    hub.asked.clear()
    assert find(REPO) == first
    assert hub.asked == []


def test_only_what_is_needed_is_fetched(hub: Hub) -> None:
    tiny(hub.folder, file="onnx/model_quantized.onnx")
    (hub.folder / "onnx/model.onnx_data").write_bytes(b"kept beside it")
    (hub.folder / "model.safetensors").write_bytes(b"large")
    (hub.folder / "train.py").write_text("import os")
    find(REPO)
    assert hub.fetched == {
        "config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx", "onnx/model.onnx_data",
    }  # fmt: skip


def test_what_was_fetched_in_part_is_fetched_whole(hub: Hub) -> None:
    kept = find(REPO).file
    kept.resolve().unlink()
    kept.unlink()
    hub.asked.clear()
    assert find(REPO).file.is_file()
    assert hub.fetched == {"onnx/model.onnx"}


def test_a_revision_may_be_named(hub: Hub) -> None:
    find(f"{REPO}@v2")
    assert f"GET /api/models/{REPO}/revision/v2" in hub.asked


def test_offline_nobody_is_asked(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert "it was never fetched, and HF_HUB_OFFLINE is set. A folder with the model needs no network" in refused()
    assert hub.asked == []


def test_a_name_that_the_hub_does_not_have_is_said(hub: Hub) -> None:
    hub.status = 404
    assert "Hugging Face has no such model" in refused()


def test_a_hub_in_trouble_is_said_and_what_is_here_still_judges(hub: Hub) -> None:
    hub.status = 503
    assert "Hugging Face cannot be reached" in refused()
    hub.status = 200
    find(REPO)
    hub.status = 503
    assert find(REPO).name == "someone/deutsch@f1e2d3c"


@pytest.mark.parametrize("wanted", ["embeded", "./gone", "/gone/away", "a/b/c", "http://example.org/x", "a/b@", "../x"])
def test_what_is_no_name_asks_nobody(hub: Hub, wanted: str) -> None:
    assert "is neither a folder on this machine nor a name" in refused(wanted)
    assert hub.asked == []
