"""`twoway show` tells what an approver made of somebody else's words, and under which rules."""

from tests.desk.cli.conftest import PASSWORD, Shell
from tests.desk.cli.test_working import asked  # noqa: F401
from twoway.store import Store, drafts, users
from twoway.store.eyes import OWN

THEIRS = "Hello Tim, they do: 47 and 48 are in stock. AB"
BETTER = "Hello Tim, they do: 47 and 49 are in stock. AB"


def handed_in(store: Store, conversation: int) -> None:
    """Bo's words, submitted, and changed by Anna."""
    bo, anna = users.add(store, "bo", "Bo", "bo", "agent", None), users.by_login(store, "anna")
    drafts.save(store, conversation, THEIRS, "", source="person", user=bo.id)
    drafts.submit(store, conversation, bo.id)
    drafts.save(store, conversation, BETTER, "", source="person", user=anna.id)


def four_eyes(desk: Shell) -> None:
    """The configuration asks for them."""
    file = desk.folder / "twoway.toml"
    file.write_text(file.read_text().replace('kind = "square"', 'kind = "square"\nfour_eyes = true'))


def approve(desk: Shell, conversation: int, code: int = 0) -> str:
    """Anna says yes in her terminal."""
    return desk("approve", str(conversation), "--login", "anna", typed=f"{PASSWORD}\ny\n", code=code)


def test_it_tells_who_changed_what(desk: Shell, asked: int, anna: str, store: Store) -> None:  # noqa: F811
    handed_in(store, asked)
    approve(desk, asked)
    told = desk("show", str(asked))
    assert "anna changed what bo had submitted:" in told
    assert "47 and [-48-]{+49+} are in stock" in told
    assert "valid until" in told
    [answer] = desk.json("show", str(asked))["answers"]
    assert (answer["edits"]["submitted"]["text"], answer["edits"]["approved"]["written_by"]) == (THEIRS, "anna")


def test_it_tells_the_rules_that_held(desk: Shell, asked: int, anna: str, store: Store) -> None:  # noqa: F811
    four_eyes(desk)
    bo = users.add(store, "bo", "Bo", "bo", "agent", None)
    drafts.save(store, asked, THEIRS, "", source="person", user=bo.id)
    approve(desk, asked)
    assert ", four eyes" in desk("show", str(asked))


def test_with_four_eyes_the_writer_is_refused_in_the_terminal_too(
    desk: Shell,
    asked: int,  # noqa: F811
    anna: str,
    store: Store,
) -> None:
    four_eyes(desk)
    drafts.save(store, asked, THEIRS, "", source="person", user=users.by_login(store, "anna").id)
    assert f"stop: {OWN}" in approve(desk, asked, code=1)
