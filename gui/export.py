"""Pictures of the window, written so that a failure leaves what was there before."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage, QImageWriter
from PySide6.QtWidgets import QWidget


class ExportError(Exception):
    """A file could not be written; the message says which and why, in one sentence."""


def picture(window: QWidget, path: str | Path) -> None:
    """Write what ``window`` shows as a PNG file.

    Raises
    ------
    ExportError
        When the name does not end in ``.png``, or the file cannot be written.
    """
    if Path(path).suffix.lower() != ".png":
        raise ExportError(f"{path}: pictures are PNG files, so their names must end in .png.")
    write_atomically(path, _png(window.grab().toImage()))


def write_atomically(path: str | Path, content: bytes) -> None:
    """Write a file whole or not at all.

    The bytes go to a new file in the same folder, which takes the place of the old one once it is safely on
    the disk.

    Raises
    ------
    ExportError
        When that fails; the old file is then as it was.
    """
    try:
        _replace(Path(os.path.realpath(path)), content)
    except FileNotFoundError:
        raise ExportError(f"{path}: there is no such folder.") from None
    except OSError as error:
        raise ExportError(f"{path}: {error.strerror or error}.") from error
    except ValueError as error:
        raise ExportError(f"{path!r}: {error}.") from error


def _replace(target: Path, content: bytes) -> None:
    if target.is_dir():
        raise OSError("this is a folder, not a file")
    if target.exists() and not target.is_file():
        raise OSError("this is not a regular file")
    descriptor, name = tempfile.mkstemp(prefix=".nabla-", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        os.replace(name, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _png(image: QImage) -> bytes:
    """Encode a picture and read it back, since Qt tells of a failure by a return value alone."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, b"png")
    written = writer.write(image)
    content = bytes(buffer.data().data())
    if not written or QImage.fromData(content).size() != image.size():
        raise ExportError(f"The picture could not be drawn: {writer.errorString()}.")
    return content
