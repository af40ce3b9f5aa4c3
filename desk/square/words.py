"""The page's words in English and German."""

from fastapi import Request

LANGUAGES = {"en": "English", "de": "Deutsch"}

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "The square",
        "lead": "Everybody can speak here. Play a customer of {brand} and watch the answer arrive.",
        "you": "You are",
        "passer": "You are looking on. Choose a name to join in.",
        "name": "Your name",
        "enter": "Step onto the square",
        "change": "Change",
        "people": "Or be one of them again:",
        "write": "What is on your mind?",
        "public": "On the square, for everybody",
        "private": "Privately, only to {brand}",
        "mention": "Mention @{handle}",
        "send": "Send",
        "reply": "Reply",
        "reply_label": "Your reply",
        "edit": "Edit",
        "save": "Save",
        "cancel": "Cancel",
        "delete": "Delete",
        "edited": "edited",
        "deleted": "This post was deleted.",
        "brand": "Brand",
        "messages": "Your private messages with {brand}",
        "no_messages": "Nothing private yet. Choose “Privately” above to write to {brand}.",
        "talk": "On the square",
        "quiet": "It is quiet here. Say something!",
        "older": "Older",
        "newest": "Back to the newest",
        "left": "characters left",
        "news": "There is something new on the square.",
        "back": "Back to the square",
        "refused": "That did not work",
        "language": "Language",
        "test": "A test platform on your own machine. Nothing here reaches the internet.",
        "skip": "Skip to the posts",
    },
    "de": {
        "title": "Der Marktplatz",
        "lead": "Hier darf jeder sprechen. Spielen Sie Kundschaft von {brand} und sehen Sie zu, wie die Antwort kommt.",
        "you": "Sie sind",
        "passer": "Sie schauen zu. Mit einem Namen reden Sie mit.",
        "name": "Ihr Name",
        "enter": "Auf den Platz treten",
        "change": "Wechseln",
        "people": "Oder wieder jemand von hier:",
        "write": "Was bewegt Sie?",
        "public": "Auf dem Platz, für alle",
        "private": "Privat, nur an {brand}",
        "mention": "@{handle} erwähnen",
        "send": "Senden",
        "reply": "Antworten",
        "reply_label": "Ihre Antwort",
        "edit": "Bearbeiten",
        "save": "Speichern",
        "cancel": "Abbrechen",
        "delete": "Löschen",
        "edited": "bearbeitet",
        "deleted": "Dieser Beitrag wurde gelöscht.",
        "brand": "Marke",
        "messages": "Ihre privaten Nachrichten mit {brand}",
        "no_messages": "Noch nichts Privates. Wählen Sie oben „Privat“, um {brand} zu schreiben.",
        "talk": "Auf dem Platz",
        "quiet": "Es ist still hier. Sagen Sie etwas!",
        "older": "Ältere",
        "newest": "Zurück zu den neuesten",
        "left": "Zeichen frei",
        "news": "Es gibt Neues auf dem Platz.",
        "back": "Zurück zum Platz",
        "refused": "Das hat nicht geklappt",
        "language": "Sprache",
        "test": "Eine Testplattform auf Ihrem eigenen Rechner. Nichts davon geht ins Internet.",
        "skip": "Zu den Beiträgen springen",
    },
}

REFUSALS_DE = {
    "unauthorised": "Dafür fehlt die Anmeldung.",
    "forbidden": "Das ist hier nicht erlaubt: Als die Marke selbst kann man nicht spielen, und nur eigene Beiträge "
    "lassen sich ändern.",
    "not_found": "Diesen Beitrag gibt es nicht, oder er ist nicht für Sie.",
    "no_such_path": "Diese Seite gibt es nicht.",
    "gone": "Dieser Beitrag wurde gelöscht.",
    "invalid": "So geht es nicht: Ein Beitrag braucht Worte (höchstens so viele Zeichen, wie angezeigt), ein Name "
    "mindestens einen Buchstaben.",
    "too_many": "Das waren zu viele Beiträge. Bitte warten Sie eine Minute.",
}


def language(request: Request) -> str:
    """The language chosen by the switch, else the browser's favourite of ours, else English."""
    chosen = request.cookies.get("language", "")
    if chosen in LANGUAGES:
        return chosen
    wanted = []
    for number, entry in enumerate(request.headers.get("accept-language", "")[:200].split(",")):
        tag, _, quality = entry.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), number, tag.strip().lower()[:2]))
        except ValueError:
            continue
    return next((tag for rank, _, tag in sorted(wanted) if tag in LANGUAGES and rank < 0), "en")
