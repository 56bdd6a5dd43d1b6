"""The numbers of a contact centre, pure: KPIs by cohort, the five service levels, Erlang, and the honest wait."""

from .book import Book, By
from .cohort import Cohort, Emergency, Figures, Targets
from .erlang import Service, erlang_b, erlang_c, impatient, operators_needed, patient
from .facts import CallFacts, Leg, Spell
from .service_level import Answers, ServiceLevels, per_cent
from .story import Story
from .wait import Guess, WaitEstimator

__all__ = [
    "Answers",
    "Book",
    "By",
    "CallFacts",
    "Cohort",
    "Emergency",
    "Figures",
    "Guess",
    "Leg",
    "Service",
    "ServiceLevels",
    "Spell",
    "Story",
    "Targets",
    "WaitEstimator",
    "erlang_b",
    "erlang_c",
    "impatient",
    "operators_needed",
    "patient",
    "per_cent",
]
