"""The chats that alerts go to, on loopback: each takes only what its documentation describes, and answers as it says.

Slack: incoming webhooks. Mattermost: incoming webhooks. Teams: a Power Automate workflow. Discord: execute webhook.
Telegram: sendMessage. ntfy: publish as JSON. Matrix: client-server API v3.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug import Request, Response

Json = Mapping[str, Any]


@dataclass
class Chat:
    """One chat: what it was told, and whether it refuses."""

    answer: Callable[["Chat", Request], Response]
    refusal: Response | None = None
    said: list[str] = field(default_factory=list)
    """Title and text of each message, as its readers see them."""

    def __call__(self, request: Request) -> Response:
        """Take a request, or refuse it as told."""
        return self.refusal if self.refusal is not None else self.answer(self, request)

    def hear(self, *pieces: str) -> None:
        """A message has come."""
        self.said.append("\n".join(piece.replace("\r\n", "\n") for piece in pieces))


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value), status, mimetype="application/json")


def _body(request: Request, allowed: Iterable[str]) -> Json:
    """The JSON object of a POST; a field that the documentation does not know is a KeyError, and that a 500."""
    if not request.is_json:
        raise ValueError("no JSON")
    body: Json = request.get_json()
    if unknown := set(body) - set(allowed):
        raise KeyError(f"unknown fields: {sorted(unknown)}")
    return body


def slack(chat: Chat, request: Request) -> Response:
    """https://api.slack.com/messaging/webhooks: answers `ok` as plain text."""
    if request.method != "POST" or not request.path.endswith("/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"):
        return Response("no_service", 404)
    body = _body(request, ("text", "attachments", "channel", "mrkdwn", "username", "icon_url"))
    if not body.get("text") and not body.get("attachments"):
        return Response("no_text", 400)
    for one in body["attachments"]:
        chat.hear(one["title"], one["text"])
    return Response("ok", mimetype="text/plain")


def mattermost(chat: Chat, request: Request) -> Response:
    """https://developers.mattermost.com/integrate/webhooks/incoming/: answers `ok`."""
    if request.method != "POST" or request.path != "/hooks/3ccdd113474722377935511fc85d3dd4":
        return _json({"id": "web.incoming_webhook.invalid.app_error", "status_code": 400}, 400)
    chat.hear(_body(request, ("text", "channel", "username", "icon_url", "props"))["text"])
    return Response("ok", mimetype="text/plain")


def teams(chat: Chat, request: Request) -> Response:
    """A workflow "when a webhook request is received", which takes adaptive cards: answers 202."""
    if request.method != "POST" or request.args.get("sig") != "2c4dSIG":
        return _json({"error": {"code": "AuthorizationFailed"}}, 401)
    (card,) = _body(request, ("type", "attachments"))["attachments"]
    if card["contentType"] != "application/vnd.microsoft.card.adaptive":
        return Response("", 400)
    # Cards know a little Markdown, in which a backslash takes a sign's meaning away.
    chat.hear(*(block["text"].replace("\\", "") for block in card["content"]["body"]))
    return Response("", 202)


def discord(chat: Chat, request: Request) -> Response:
    """https://discord.com/developers/docs/resources/webhook#execute-webhook: answers 204."""
    if request.method != "POST" or not request.path.endswith("/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"):
        return _json({"message": "Unknown Webhook", "code": 10015}, 404)
    body = _body(request, ("content", "tts", "wait", "username", "avatar_url", "embeds"))
    if len(body["content"]) > 2000:
        return _json({"content": ["Must be 2000 or fewer in length."]}, 400)
    chat.hear(body["content"])
    return Response("", 204)


def telegram(chat: Chat, request: Request) -> Response:
    """https://core.telegram.org/bots/api#sendmessage: answers a JSON object with `ok`."""
    if request.path != "/bot123456789:abcdefg_hijklmnop/sendMessage":
        return _json({"ok": False, "error_code": 404, "description": "Not Found"}, 404)
    known = ("chat_id", "text", "parse_mode", "disable_notification", "disable_web_page_preview")
    body = _body(request, known)
    if body["parse_mode"] != "HTML" or body["text"].count("<") != 2:
        return _json({"ok": False, "error_code": 400, "description": "Bad Request: can't parse entities"}, 400)
    chat.hear(body["text"].replace("<b>", "").replace("</b>", ""))
    return _json({"ok": True, "result": {"message_id": len(chat.said), "chat": {"id": body["chat_id"]}}})


def ntfy(chat: Chat, request: Request) -> Response:
    """https://docs.ntfy.sh/publish/#publish-as-json: answers the message."""
    body = _body(request, ("topic", "title", "message", "priority", "tags", "click", "icon"))
    if request.method != "POST" or body["topic"] != "team":
        return _json({"code": 40001, "http": 400, "error": "invalid topic"}, 400)
    chat.hear(body["title"], body["message"])
    return _json({"id": f"m{len(chat.said)}", "event": "message", **body})


def matrix(chat: Chat, request: Request) -> Response:
    """https://spec.matrix.org/v1.10/client-server-api/: login, join, send, logout."""
    _, _, path = request.path.partition("/_matrix/client/v3")
    if path == "/login":
        if request.get_json()["password"] != "geheim":
            return _json({"errcode": "M_FORBIDDEN", "error": "Invalid username or password"}, 403)
        return _json({"user_id": "@desk:x", "access_token": "syt_1", "home_server": "x", "device_id": "D1"})
    if request.headers.get("Authorization") != "Bearer syt_1":
        return _json({"errcode": "M_UNKNOWN_TOKEN", "error": "Unrecognised access token"}, 401)
    if path.startswith("/join/"):
        return _json({"room_id": "!team:x"})
    if path == "/logout":
        return _json({})
    if request.method != "PUT" or not path.startswith("/rooms/!team:x/send/m.room.message/"):
        return _json({"errcode": "M_UNRECOGNIZED", "error": "Unrecognized request"}, 404)
    body = _body(request, ("msgtype", "body", "format", "formatted_body"))
    chat.hear(body["body"].removeprefix("# "))
    return _json({"event_id": f"$e{len(chat.said)}"})
