"""MQTT options: the broker's address, signing in, and the accepted commands."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from cued.coach.commands import NAMES
from cued.reading import HOST, meant
from cued.sinks._requests import DEFAULT
from cued.sinks._secret import Credential, PasswordFile

PORTS = {  # registered with IANA; brokers' usual ports for web sockets
    ("tcp", False): 1883,
    ("tcp", True): 8883,
    ("websockets", False): 9001,
    ("websockets", True): 443,
}


Host: TypeAlias = Annotated[
    str,
    Meta(
        # a single colon would be a port
        pattern=HOST + r"([^\s/:]+|[^\s/:]*:[^\s/:]*:[^\s/]*)$(?!\n)",
        description="Name or address of the broker, without mqtt:// and port.",
    ),
]


class Access(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The broker, and how to sign in."""

    host: Host = "localhost"
    port: Annotated[
        Annotated[int, Meta(ge=1, le=65535)] | None,
        Meta(description="Port; none: 1883, with TLS 8883, over WebSocket 9001, with TLS 443."),
    ] = None
    transport: Annotated[Literal["tcp", "websockets"], Meta(description="How MQTT is carried.")] = (
        "tcp"
    )
    path: Annotated[str, Meta(description="Path of the WebSocket; RabbitMQ uses /ws.")] = "/mqtt"
    tls: Annotated[bool, Meta(description="Encrypt, and check the broker's certificate.")] = False
    ca: Annotated[str, Meta(description="File of the CA; empty: those the system trusts.")] = ""
    certificate: Annotated[str, Meta(description="File of our certificate, if needed.")] = ""
    key: Annotated[str, Meta(description="File of our certificate's key.")] = ""
    user: Annotated[str, Meta(description="User name; empty: none.")] = ""
    credential: Credential = ""
    password_file: PasswordFile = ""

    def __post_init__(self) -> None:
        """Check options that belong together."""
        if bool(self.certificate) != bool(self.key):
            raise ValueError("certificate and key belong together")
        if (self.ca or self.certificate) and not self.tls:
            raise ValueError("ca and certificate are of no use without tls = true")
        if (self.credential or self.password_file) and not self.user:
            raise ValueError("a password is of no use without user")


class Config(Access, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The broker, how to sign in, and which commands are accepted."""

    commands: Annotated[
        tuple[str, ...],
        Meta(description="Accepted commands; those that move the belt must be named."),
    ] = DEFAULT
    discovery: Annotated[bool, Meta(description="Announce the station to Home Assistant.")] = True
    discovery_prefix: Annotated[
        str, Meta(pattern="^[^+#/]+$(?!\\n)", description="Home Assistant's discovery prefix.")
    ] = "homeassistant"
    page: Annotated[
        str,
        Meta(
            pattern="^(https?://[^ ]+)?$(?!\\n)",
            description="Address of the live page, for Home Assistant's link to it.",
        ),
    ] = ""

    def __post_init__(self) -> None:
        """Check the commands' names too."""
        super().__post_init__()
        for name in self.commands:
            if name not in NAMES:
                raise ValueError(f"commands: there is no command {name!r}{meant(name, NAMES)}")
