"""What the labels of somebody else's model say in our words."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from models.foreign.meanings import KNOWN, meanings
from models.foreign.unusable import Unusable


def shares(
    labels: Sequence[str], logits: Sequence[float], said: Mapping[str, str] | None = None, several: bool = False
) -> dict[str, list[float]]:
    """What one row of logits comes to, by head."""
    found = meanings("a/b", labels, said or {}, several).shares(np.array([logits], dtype=np.float32))
    return {head: [round(float(share), 3) for share in rows[0]] for head, rows in found.items()}


def refused(labels: Sequence[str], said: Mapping[str, str] | None = None) -> str:
    with pytest.raises(Unusable) as caught:
        meanings("a/b", labels, said or {}, several=False)
    return str(caught.value)


def even(*shares: float) -> list[float]:
    """Logits of these probabilities."""
    return [float(np.log(share)) for share in shares]


def test_every_known_name_has_a_meaning() -> None:
    others = {"x": "positive", "y": "negative", "z": "urgency: now"}
    for name, word in KNOWN.items():
        head, _, label = word.rpartition(": ")
        assert meanings("a/b", [name, *others], others, several=False).of(head or "sentiment", label)[:1] == [0]


def test_moods_by_their_usual_names() -> None:
    logits = even(0.7, 0.2, 0.1)
    assert shares(["POS", "Neutral", "neg"], logits) == {"sentiment": [0.1, 0.2, 0.7]}
    assert shares(["positive", "neutral", "negative"], logits) == {"sentiment": [0.1, 0.2, 0.7]}


def test_stars_add_up() -> None:
    stars = ["1 star", "2 stars", "3 stars", "4 stars", "5 stars"]
    assert shares(stars, even(0.3, 0.3, 0.2, 0.15, 0.05)) == {"sentiment": [0.6, 0.2, 0.2]}


def test_two_moods_leave_nothing_to_the_third() -> None:
    assert shares(["NEGATIVE", "POSITIVE"], even(0.9, 0.1)) == {"sentiment": [0.9, 0.0, 0.1]}


@pytest.mark.parametrize("labels", [("ham", "spam"), ("Not_Spam", "SPAM"), ("no-spam", "spam")])
def test_spam_is_noise(labels: tuple[str, str]) -> None:
    assert shares(labels, even(0.2, 0.8)) == {"noise": [0.2, 0.8]}


def test_numbered_labels_mean_what_the_configuration_says() -> None:
    said = {"LABEL_0": "complaint: no", "LABEL_1": "Complaint:yes"}
    assert shares(["LABEL_0", "LABEL_1"], even(0.3, 0.7), said) == {"complaint": [0.3, 0.7]}


def test_the_configuration_goes_before_a_name() -> None:
    said = {"negative": "positive", "positive": "negative"}
    assert shares(["negative", "positive"], even(0.9, 0.1), said) == {"sentiment": [0.1, 0.0, 0.9]}


def test_one_model_may_tell_several_heads() -> None:
    labels = ["complaint", "spam", "praise", "anger", "rest"]
    said = {"praise": "positive", "anger": "negative", "rest": "nothing"}
    assert shares(labels, even(0.4, 0.1, 0.2, 0.1, 0.2), said) == {
        "sentiment": [0.1, 0.7, 0.2],
        "complaint": [0.6, 0.4],
        "noise": [0.9, 0.1],
    }


def test_only_a_no_leaves_the_rest_to_yes() -> None:
    said = {"fine": "complaint: no", "broken": "nothing"}
    assert shares(["fine", "broken"], even(0.3, 0.7), said) == {"complaint": [0.3, 0.7]}


def test_labels_that_hold_at_once_are_read_one_by_one() -> None:
    found = shares(["complaint", "spam"], [2.0, 2.0], several=True)
    assert found == {"complaint": [0.119, 0.881], "noise": [0.119, 0.881]}
    assert shares(["complaint", "spam"], [2.0, 2.0], several=False)["complaint"] == [0.5, 0.5]


def test_unknown_labels_are_listed_with_what_to_write() -> None:
    said = refused(["LABEL_0", "LABEL_1", "neutral"])
    assert 'a/b means by "LABEL_0", "LABEL_1" is not known' in said
    assert 'its labels are "LABEL_0", "LABEL_1", "neutral"' in said
    assert '[model.labels] what it means, such as "LABEL_0" = "negative"' in said
    assert "complaint: yes" in said


def test_what_it_says_to_write_is_understood() -> None:
    choices = refused(["x"]).rpartition("there are ")[2].split(", ")
    assert len(choices) == 13
    for choice in choices:
        assert "means nothing here" not in str(_tried(choice))


def _tried(choice: str) -> object:
    try:
        return meanings("a/b", ["x", "y", "z"], {"x": choice, "y": "negative", "z": "positive"}, several=True)
    except Unusable as error:
        return error


@pytest.mark.parametrize(
    ("labels", "said", "why"),
    [
        (["negative", "positive"], {"negativ": "negative"}, 'a/b has no label "negativ"'),
        (["a", "b"], {"a": "bad", "b": "positive"}, 'says "bad", which means nothing here'),
        (["a", "b"], {"a": "complaint: yes", "b": "complaint: yes"}, "cannot tell complaint"),
        (["a", "b"], {"a": "negative", "b": "nothing"}, "cannot tell sentiment"),
        (["a", "b"], {"a": "negative", "b": "negative"}, "cannot tell sentiment"),
        (["a", "b"], {"a": "urgency: calm", "b": "nothing"}, "cannot tell urgency"),
        (["a", "b"], {"a": "nothing", "b": "nothing"}, "every label of a/b means nothing"),
    ],
)
def test_what_cannot_be_is_refused(labels: list[str], said: dict[str, str], why: str) -> None:
    message = refused(labels, said)
    assert why in message
    assert "there are negative" in message or "its labels are" in message


def test_a_message_stays_short_and_harmless_whatever_the_labels() -> None:
    said = refused([f"\x1b[31m{n}" + "x" * 1_000 for n in range(1_000)])
    assert "\x1b" not in said
    assert "980 more" in said
    assert len(said) < 3_000
