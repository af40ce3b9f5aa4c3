"""What an owner wants to know of every mention: is it about this?"""

from typing import Annotated

from pydantic import AfterValidator, Field

from twoway.config.sections import Section
from twoway.config.values import Name


def _speaks(sentence: str) -> str:
    if not any(character.isalpha() for character in sentence):
        raise ValueError("must say in words what the topic is")
    return sentence


class Topic(Section):
    """A subject that mentions may be about; found by what a sentence means, without training."""

    name: Name
    """As it is shown, and filtered by."""
    sentence: Annotated[Name, AfterValidator(_speaks)]
    """What somebody would say about it, in any language."""


def _told_apart(topics: tuple[Topic, ...]) -> tuple[Topic, ...]:
    names = [topic.name for topic in topics]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"several have the same name: {', '.join(twice)}")
    return topics


class Topics(Section):
    """All of them."""

    topics: Annotated[tuple[Topic, ...], Field(max_length=100), AfterValidator(_told_apart)] = ()
