"""Where mail providers hand out tokens, as they document it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provider:
    """Two addresses and what is asked for there; ``{tenant}`` stands for whose accounts they are."""

    device_url: str
    token_url: str
    scope: str


# Google gives device codes for no scope of Gmail: its accounts log in with an app password instead.
# https://developers.google.com/identity/protocols/oauth2/limited-input-device (allowed scopes)
PROVIDERS = {
    # learn.microsoft.com: "OAuth 2.0 device authorization grant" and
    # "Authenticate an IMAP, POP or SMTP connection using OAuth"; offline_access brings the refresh token.
    "microsoft": Provider(
        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode",
        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
    ),
}
