"""Which addresses messages may go to, and the mail server they go through. Pure."""

import ipaddress
import re
import socket
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Final, Literal
from urllib.parse import SplitResult, unquote, urlsplit

RECIPIENT: Final = r"^[a-z_]{1,20}:[\w.-]{1,100}$"
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}"
)
_PORTS: Final = {"smtps": 465, "smtp": 587}
_NO_SERVER: Final = (
    "must be smtps://[user:password@]host[:port] or smtp://…, percent-encoded, with ?tls=none at most"
)


class BadAddress(ValueError):
    """What is wrong with an address, and what to do about it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.remedy = remedy


def email_address(text: str) -> str:
    """The address, or BadAddress: ASCII alone, since few mail servers take anything else."""
    local, _, domain = text.rpartition("@")
    dotted = not any(part.startswith(".") or part.endswith(".") or ".." in part for part in (local, domain))
    if len(text) > 254 or not dotted or not _EMAIL.fullmatch(text):
        raise BadAddress("is no e-mail address", "write it as name@example.org, in ASCII")
    return text


def webhook_address(text: str, *, local_http: bool) -> str:
    """The address, or BadAddress. `local_http`: plain HTTP to this machine is allowed, as in demonstrations.

    Addresses of private networks are allowed: that is where a county's own systems are.
    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as wrong:
        raise BadAddress(f"is no address: {wrong}", "write it as https://host/path") from wrong
    if not host or not text.isascii() or not text.isprintable() or " " in text or len(text) > 2000:
        raise BadAddress("is no address", "write it as https://host/path, in ASCII")
    if parts.username is not None or parts.fragment:
        raise BadAddress("carries a user or a fragment", "leave what is before @ and behind # out")
    here = _is_here(host)
    if parts.scheme != "https" and not (local_http and here and parts.scheme == "http"):
        raise BadAddress("isn't https", "give the receiver a certificate, and write https://host/path")
    if here and not local_http:
        raise BadAddress(f"{host} is this machine or its link", "name the receiver's own host")
    return text


def _is_here(host: str) -> bool:
    """Loopback and link-local, where a cloud's metadata is, as far as the text tells."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _numeric(name)
    return address is not None and (
        address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast
    )


def _numeric(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address in figures, also as `127.1`, `2130706433` or `0x7f.1`, which resolvers take for one."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except (OSError, UnicodeError):
            return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where e-mail is handed in. `tls`: from the first byte on, by STARTTLS, or none at all."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls: Literal["implicit", "starttls", "none"]


def mail_server(url: str) -> MailServer:
    """`smtps://user:password@host`, or `smtp://…` with STARTTLS; `smtp://host:25?tls=none` without.

    User and password are percent-encoded. Raises ValueError without quoting them.
    """
    parts = urlsplit(url)
    beyond = parts.path not in ("", "/") or parts.fragment or parts.query not in ("", "tls=none")
    if parts.scheme not in _PORTS or not parts.hostname or beyond:
        raise ValueError(_NO_SERVER)
    user, password = (unquote(one) if one else None for one in (parts.username, parts.password))
    if parts.query and (user or parts.scheme == "smtps"):
        raise ValueError(
            "tls=none goes with smtp and without a user: a password must not travel in the clear"
        )
    tls: Literal["implicit", "starttls", "none"] = "implicit" if parts.scheme == "smtps" else "starttls"
    port = _port(parts) or _PORTS[parts.scheme]
    return MailServer(parts.hostname, port, user, password, "none" if parts.query else tls)


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:  # it quotes the text, which is a password's where that isn't percent-encoded
        raise ValueError(_NO_SERVER) from None


def sender(text: str) -> Address:
    """Who e-mails come from: `督查办 <duban@example.org>`. Raises ValueError."""
    name, address = parseaddr(text)
    try:
        return Address(display_name=name, addr_spec=email_address(address))
    except (BadAddress, HeaderParseError) as wrong:
        raise ValueError("must be NAME <name@example.org>") from wrong
