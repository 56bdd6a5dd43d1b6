"""The language packs: what each language calls numbers, places and troubles. Data, and as little code as it takes."""

from .pack import Denials, Pack, TopicRule
from .select import LANGUAGES, borrowed_packs, pack_for

__all__ = ["LANGUAGES", "Denials", "Pack", "TopicRule", "borrowed_packs", "pack_for"]
