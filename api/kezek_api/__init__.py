"""The doors of the house: HTTP, WebSocket, SSE, MQTT and the console; settings; the composition root."""

from kezek_api.settings import Settings, SettingsError

__all__ = ["Settings", "SettingsError"]
