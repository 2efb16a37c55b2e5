"""Reading of passwords: from a systemd credential, or a file that only its owner can read.

Never from the configuration, which people copy into bug reports, nor from the command line, which
every user of the machine can list. Passwords are never logged.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Annotated, TypeAlias

from msgspec import Meta

from cued.model import ConfigError, OutOfReach
from cued.reading import read_text

Credential: TypeAlias = Annotated[
    str, Meta(description="Name of the systemd credential that holds the password.")
]
PasswordFile: TypeAlias = Annotated[
    str, Meta(description="File with the password, mode 0600, if there is no credential.")
]


def password(where: str, credential: str, file: str) -> str | None:
    """Read the password for the section ``where``; None when no source is named.

    Raises OutOfReach if another user, or the service, may have access that we lack. A credential
    that systemd has not passed on counts as absent if a file is named as well.
    """
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if credential and folder and (path := Path(folder) / credential).is_file():
        return _read(path, where, "credential")
    if file:
        _check_private(Path(file), where)
        return _read(Path(file), where, "password_file")
    if credential:
        raise (ConfigError if folder else OutOfReach)(
            f"{where} credential: systemd passed on no credential {credential!r}; add "
            f"LoadCredential={credential}:/etc/cued/{credential} to the service, or set "
            "password_file"
        )
    return None


def _check_private(path: Path, where: str) -> None:
    try:
        if path.is_dir():
            raise ConfigError(f"{where} password_file: {path} is a folder")
        mode = stat.S_IMODE(path.stat().st_mode)
    except PermissionError:
        raise OutOfReach(f"{where} password_file: {path} cannot be reached by this user") from None
    except OSError as error:
        raise ConfigError(f"{where} password_file: {path}: {error.strerror}") from None
    if mode & 0o077:
        raise ConfigError(
            f"{where} password_file: {path} has mode {mode:04o} and can be read by others; "
            f"chmod 600 {path}"
        )


def _read(path: Path, where: str, key: str) -> str:
    try:
        secret = read_text(path).rstrip("\n")
    except PermissionError:
        raise OutOfReach(f"{where} {key}: {path} cannot be read by this user") from None
    except OSError:
        raise ConfigError(f"{where} {key}: {path} cannot be read") from None
    except ConfigError as error:
        raise ConfigError(f"{where} {key}: {error}") from None
    if not secret:
        raise ConfigError(f"{where} {key}: {path} is empty")
    return secret
