"""What the square refuses, as its API says it: ``{"error": {"code": …, "message": …}}`` with an HTTP status."""


class SquareError(Exception):
    """A request the square refuses; ``code`` is for programs, ``message`` for people."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


def unauthorised() -> SquareError:
    """No token, or one that belongs to nobody."""
    message = "This needs the bearer token of an account."
    return SquareError(401, "unauthorised", message, {"WWW-Authenticate": "Bearer"})


def forbidden(message: str) -> SquareError:
    """Known who asks, and not theirs."""
    return SquareError(403, "forbidden", message)


def missing(what: str) -> SquareError:
    """There never was such a thing, or it is not for the one who asks."""
    return SquareError(404, "not_found", f"There is no such {what}.")


def gone() -> SquareError:
    """It was there and its author took it back."""
    return SquareError(410, "gone", "This post was deleted by its author.")


def invalid(message: str) -> SquareError:
    """The text or a parameter breaks a rule."""
    return SquareError(422, "invalid", message)


def too_many(seconds: int) -> SquareError:
    """Slower, please."""
    message = f"Too many posts; try again in {seconds} seconds."
    return SquareError(429, "too_many", message, {"Retry-After": str(seconds)})
