"""An exchange as telephony wants it told, and the dialogue that is spoken there, out of the node's settings."""

from __future__ import annotations

from dataclasses import replace

from kezek_api.addresses import ExchangeAddress, split_address
from kezek_api.settings import Settings
from kezek_ivr.dialogue import Dialogue
from kezek_telephony import TelephonySettings


def telephony_settings(settings: Settings, exchange: str = "") -> TelephonySettings:
    """Of one of `settings.exchanges`, or of the only one. Raises SettingsError without an AMI secret."""
    at = settings.exchanges[exchange] if exchange else only_exchange(settings)
    ami_host, ami_port = split_address(at.ami)
    fastagi_host, fastagi_port = split_address(at.fastagi)
    sound_host, sound_port = split_address(at.sound)
    return TelephonySettings(
        exchange=exchange,
        ami_host=ami_host,
        ami_port=ami_port,
        ami_user=settings.ami_user,
        ami_secret=settings.ami_password(),
        fastagi_host=fastagi_host,
        fastagi_port=fastagi_port,
        sound_host=sound_host,
        sound_port=sound_port,
        sound_address=at.sound_address,
        asterisk_from=settings.asterisk_from,
        prompts=settings.prompts,
    )


def only_exchange(settings: Settings) -> ExchangeAddress:
    return ExchangeAddress(
        ami=f"{settings.ami_host}:{settings.ami_port}",
        fastagi=settings.fastagi_listen,
        sound=settings.sound_listen,
        sound_address=settings.sound_address,
    )


def spoken_dialogue(settings: Settings) -> Dialogue:
    """The packaged dialogue in this site's languages, in its order. Raises DialogueError."""
    dialogue = Dialogue.load()
    spoken = {code: dialogue.languages[code] for code in settings.languages if code in dialogue.languages}
    if not spoken:
        return dialogue
    default = settings.default_language if settings.default_language in spoken else next(iter(spoken))
    return replace(dialogue, languages=spoken, language=replace(dialogue.language, default=default))
