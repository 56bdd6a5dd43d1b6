"""Where log lines go, ours and the libraries': one writer for structlog, for Python's own logging, and for what is
printed; a line that cannot be written is lost, and never a call.

A traceback is told without its messages and its values: they may hold a caller's number.
"""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO, cast

import structlog

from kezek_api.log_writer import LogWriter
from kezek_api.settings import SettingsError

END_S = 2.0  # for the last lines of a process that ends
FRAMES = 30  # of a traceback
LEVELS = {"CRITICAL": "critical", "ERROR": "error", "WARNING": "warning"}

Raised = tuple[type[BaseException], BaseException, TracebackType | None]


class Lines:
    """structlog's logger factory: each message is one line of the writer."""

    def __init__(self, writer: LogWriter) -> None:
        self.writer = writer

    def __call__(self, *_: Any) -> Lines:
        return self

    def msg(self, message: str) -> None:
        self.writer.put(message)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


class _Handler(logging.Handler):
    """Python's own logging: uvicorn, asyncio, warnings."""

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(Exception):  # a line that cannot be made is no reason to break what it tells of
            told: dict[str, Any] = {"logger": record.name}
            message = record.getMessage().strip()
            if record.exc_info and record.exc_info[0] is not None:
                told["exc_info"] = record.exc_info
                message = message.partition("\n")[0]  # asyncio tells the exception's values below
            getattr(structlog.get_logger(), LEVELS.get(record.levelname, "info"))(message, **told)


class _Print(io.TextIOBase):
    """Standard output and error: what a library prints is a line of the log, too."""

    def __init__(self, writer: LogWriter, terminal: TextIO) -> None:
        self._writer, self._terminal = writer, terminal
        self._begun = ""

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._writer.put(line)
        if len(self._begun) > io.DEFAULT_BUFFER_SIZE:
            self._writer.put(self._begun)
            self._begun = ""
        return len(text)

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._terminal.isatty()

    def fileno(self) -> int:
        return self._terminal.fileno()


@contextlib.contextmanager
def kept() -> Iterator[LogWriter]:
    """Until the block ends every line goes to standard output by the writer; an error that ends the block is told there
    and ends the process with 1. For a process, not for a library.

    Raises SettingsError as it is: a person reads it.
    """
    out, err, handlers, level = sys.stdout, sys.stderr, logging.root.handlers[:], logging.root.level
    before = structlog.get_config()
    colours = out.isatty()
    writer = LogWriter(out.fileno(), _lost_line)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.dev.set_exc_info,
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
            structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=frames),
        ],
        logger_factory=Lines(writer),
        cache_logger_on_first_use=False,  # a logger of a module outlives the writer
    )
    logging.root.handlers[:] = [_Handler()]
    logging.root.setLevel(logging.WARNING)
    logging.captureWarnings(True)
    printed = cast(TextIO, _Print(writer, out))
    sys.stdout = sys.stderr = printed
    try:
        yield writer
    except SettingsError:
        raise
    except Exception as error:  # noqa: BLE001 - Python's own way prints messages with values, and may wait for ever
        structlog.get_logger(__name__).critical("process_failed", exc_info=error)
        raise SystemExit(1) from None
    finally:
        writer.close(END_S)
        sys.stdout, sys.stderr = out, err
        logging.captureWarnings(False)
        logging.root.handlers[:], logging.root.level = handlers, level
        structlog.configure(**before)


def lost() -> int:
    """Lines that could not be written since the start of this process."""
    factory = structlog.get_config()["logger_factory"]
    return factory.writer.lost if isinstance(factory, Lines) else 0


def frames(to: TextIO, raised: Raised) -> None:
    """A traceback by its places and its classes; for structlog."""
    seen: set[int] = set()
    _frames(to, raised[1], "", seen)


def _frames(to: TextIO, error: BaseException, indent: str, seen: set[int]) -> None:
    if id(error) in seen or len(seen) > FRAMES:
        return
    seen.add(id(error))
    if (cause := error.__cause__ or (None if error.__suppress_context__ else error.__context__)) is not None:
        _frames(to, cause, indent, seen)
    to.write(f"\n{indent}{type(error).__module__}.{type(error).__qualname__}")
    for frame in traceback.extract_tb(error.__traceback__)[-FRAMES:]:
        to.write(f"\n{indent}  {frame.filename}:{frame.lineno} in {frame.name}")
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions[:FRAMES]:
            _frames(to, one, indent + "    ", seen)


def _lost_line(count: int) -> str:
    moment = datetime.now(UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return f"{moment} [warning  ] log_lines_lost                 lines={count}"
