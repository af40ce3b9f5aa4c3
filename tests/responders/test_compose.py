"""Beginnings of answers: the situation, the language, the form of address, and gaps for a person."""

from dataclasses import dataclass, replace
from itertools import product

import pytest

from responders.checks import check, stopped
from responders.compose import LANGUAGES, Ask, Proposal, compose, library
from twoway.domain import Flag, Judgement, Scores
from twoway.errors import ConfigError


@dataclass(frozen=True)
class Own:
    """A template as the configuration gives it."""

    text: str
    name: str = "haus"
    language: str = "de"
    when: str = ""
    subject: str = ""


def judgement(
    complaint: bool = False, wants: bool = True, sentiment: str = "neutral", urgency: str = "calm"
) -> Judgement:
    return Judgement(
        language="de",
        sentiment=Scores(sentiment, {sentiment: 0.8}),
        complaint=Flag(complaint, 0.9 if complaint else 0.1),
        wants_answer=Flag(wants, 0.9 if wants else 0.1),
        noise=Flag(False, 0.0),
        urgency=Scores(urgency, {urgency: 0.8}),
        abstained=False,
        model="a person",
    )


ASK = Ask(
    judgement=judgement(complaint=True),
    language="de",
    address="Sie",
    brand="Rösterei Nord",
    name="Anna Berger",
    handle="anna_b",
    text="Die Mühle ist kaputt.",
    channel="Post",
    signature="Ihr Team von {brand} · {initials}",
    initials="JOK",
)


def first(ask: Ask, *own: Own) -> Proposal:
    return compose(library(own), ask)[0]


@pytest.mark.parametrize(
    ("change", "source"),
    [
        ({}, "template:complaint.de.sie"),
        ({"address": "du"}, "template:complaint.de.du"),
        ({"language": "en"}, "template:complaint.en"),
        ({"judgement": judgement(complaint=True, urgency="now")}, "template:severe.de.sie"),
        ({"judgement": judgement(), "text": "Wann habt ihr offen?"}, "template:question.de.sie"),
        ({"judgement": judgement(), "text": "Bitte schickt mir die Rechnung."}, "template:request.de.sie"),
        ({"judgement": judgement(wants=False, sentiment="positive")}, "template:praise.de.sie"),
        ({"judgement": judgement(wants=False)}, "template:other.de.sie"),
        ({"judgement": None}, "template:other.de.sie"),
        ({"follow_up": True}, "template:follow_up.de.sie"),
    ],
)
def test_the_situation_chooses_the_template(change: dict[str, object], source: str) -> None:
    assert first(replace(ASK, **change)).source == source


def test_everything_that_applies_is_proposed() -> None:
    ask = replace(ASK, judgement=judgement(sentiment="positive"), text="Toll! Habt ihr offen?", follow_up=True)
    sources = [proposal.source.split(":")[1].split(".")[0] for proposal in compose(library(), ask)]
    assert sources == ["follow_up", "question", "praise"]


def test_an_answer_in_german_is_whole_but_for_the_substance() -> None:
    assert first(ASK).text == (
        "Guten Tag Anna Berger,\n\n"
        "das hätte so nicht passieren dürfen, und es tut uns leid. Danke, dass Sie uns Bescheid geben.\n\n"
        "[was wir zu Ihrem Anliegen herausgefunden haben]\n\n"
        "[was wir jetzt tun und bis wann]\n\n"
        "Ihr Team von Rösterei Nord · JOK"
    )


@pytest.mark.parametrize(
    ("change", "greeting"),
    [
        ({}, "Guten Tag Anna Berger,"),
        ({"address": "du"}, "Hallo Anna,"),
        ({"language": "en"}, "Hello Anna,"),
        ({"name": ""}, "Guten Tag anna_b,"),
        ({"name": "", "handle": "anna@example.org"}, "Guten Tag,"),
        ({"name": "", "handle": "", "address": "du"}, "Hallo,"),
        ({"name": "", "handle": "", "language": "en"}, "Hello,"),
        ({"name": "<script>alert(1)</script>", "handle": ""}, "Guten Tag,"),
    ],
)
def test_the_greeting(change: dict[str, object], greeting: str) -> None:
    assert first(replace(ASK, **change)).text.splitlines()[0] == greeting


def every_built_in() -> list[Proposal]:
    judged = [
        None,
        judgement(),
        judgement(complaint=True),
        judgement(complaint=True, urgency="now"),
        judgement(wants=False, sentiment="positive"),
    ]
    asks = [
        replace(ASK, judgement=j, language=language, address=address, text=text, follow_up=follow_up)
        for j, language, address, text, follow_up in product(judged, LANGUAGES, ("Sie", "du"), ("", "?"), (True, False))
    ]
    return [proposal for ask in asks for proposal in compose(library(), ask)]


def test_no_built_in_template_can_go_out_without_a_person() -> None:
    for proposal in every_built_in():
        address = "du" if proposal.source.endswith(".du") else "Sie"
        assert stopped(check(proposal.text, address=address)), proposal.source


def test_built_in_templates_keep_to_one_form_of_address() -> None:
    for proposal in every_built_in():
        if ".de." not in proposal.source:
            continue
        address = "du" if proposal.source.endswith(".du") else "Sie"
        words = proposal.text.removesuffix("Ihr Team von Rösterei Nord · JOK")
        assert "address" not in [finding.code for finding in check(words, address=address)], proposal.text


def test_built_in_templates_never_say_how_busy_we_are() -> None:
    for proposal in every_built_in():
        assert not any(
            word in proposal.text.lower() for word in ("derzeit", "aufkommen", "auslast", "busy", "volume", "wait")
        )


def test_the_owners_template_comes_first_and_ours_stays() -> None:
    own = Own("{greeting}\nHier schreibt {brand} ({channel}).", when="complaint severe", subject="Ihr Anliegen, {name}")
    proposals = compose(library([own]), ASK)
    assert [p.source for p in proposals] == ["template:own.haus", "template:complaint.de.sie"]
    assert proposals[0].text == "Guten Tag Anna Berger,\nHier schreibt Rösterei Nord (Post)."
    assert proposals[0].subject == "Ihr Anliegen, Anna Berger"


def test_an_owners_template_without_a_situation_is_for_all() -> None:
    assert first(ASK, Own("Moin")).text == "Moin"
    assert [p.source for p in compose(library([Own("Moin")]), ASK)].count("template:own.haus") == 1


def test_an_owners_template_is_not_used_elsewhere() -> None:
    assert first(ASK, Own("Merci", when="praise")).source == "template:complaint.de.sie"
    assert first(ASK, Own("Hi", language="en")).source == "template:complaint.de.sie"


def test_a_language_of_the_owners_is_answered_in_it() -> None:
    french = Own("Bonjour {first_name}", language="fr", when="complaint")
    assert first(replace(ASK, language="fr"), french).text == "Bonjour Anna"
    assert first(replace(ASK, language="fr", judgement=judgement()), french).source == "template:request.en"


@pytest.mark.parametrize(("fallback", "source"), [("en", "template:complaint.en"), ("de", "template:complaint.de.sie")])
@pytest.mark.parametrize("language", ["und", "", "fr"])
def test_a_language_without_templates_falls_back(language: str, fallback: str, source: str) -> None:
    assert first(replace(ASK, language=language, fallback=fallback)).source == source


def test_every_mistake_in_the_owners_templates_is_named_with_what_there_is() -> None:
    own = [Own("{greetings} {name.__class__}"), Own("gut", when="complaint lob"), Own("gut", subject="{0}")]
    with pytest.raises(ConfigError) as caught:
        library(own)
    lines = caught.value.mistakes
    assert [line.split(":")[0] for line in lines] == [
        "templates[1].text",
        "templates[1].text",
        "templates[2].when",
        "templates[3].subject",
    ]
    assert "{greeting}, {name}" in lines[0]
    assert "follow_up" in lines[2]


def test_what_is_filled_in_is_never_read_as_a_template() -> None:
    sly = replace(ASK, brand="{signature} {brand}", name="", handle="")
    assert first(sly, Own("Gruß {brand}")).text == "Gruß {signature} {brand}"


def test_attributes_are_never_reached_even_past_the_check() -> None:
    sly = replace(ASK, signature="{brand.__class__} {initials!r}")
    assert "{brand.__class__} {initials!r}" in first(sly).text


def test_without_a_writer_the_initials_are_a_gap() -> None:
    assert first(replace(ASK, initials="")).text.endswith("· [Kürzel]")


def test_a_name_that_is_missing_from_a_text_that_needs_one_is_a_gap() -> None:
    nameless = replace(ASK, name="", handle="")
    assert first(nameless, Own("Guten Tag {name}")).text == "Guten Tag [Name]"
