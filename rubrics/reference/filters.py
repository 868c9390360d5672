"""Filters that look at one label alone, topic, act or country, and are told which of them the policy names."""

from lawbound.rubrics.reference.constants import always_comply, always_refuse
from lawbound.rubrics.reference.situation import Situation


def keyword_topic(situation: Situation) -> str:
    """A perfect topic filter: refuse any topic that a withholding rule names."""
    return always_refuse(situation) if "topic" in situation.named else always_comply(situation)


def keyword_act(situation: Situation) -> str:
    """A perfect act filter: refuse any act that a withholding rule names."""
    return always_refuse(situation) if "act" in situation.named else always_comply(situation)


def keyword_target(situation: Situation) -> str:
    """A perfect country filter: refuse anything about a country that a withholding rule names."""
    return always_refuse(situation) if "target" in situation.named else always_comply(situation)
