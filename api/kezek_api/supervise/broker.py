"""The embedded MQTT broker as a process: `python -m kezek_api.supervise.broker PORT`. On the loopback alone."""

from __future__ import annotations

import sys

from iotcore import IotCoreBroker

LARGEST_PAYLOAD = 256 * 1024  # bytes; rumqttd's own 20 kB limit makes a publisher hang


def main() -> None:
    IotCoreBroker(listen="127.0.0.1", port=int(sys.argv[1]), max_payload_size=LARGEST_PAYLOAD).run_forever()


if __name__ == "__main__":
    main()
