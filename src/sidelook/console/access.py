"""Who may talk to the server: host, origin and token of every request, and the headers of every answer."""

import ipaddress
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from sidelook.errors import UsageError
from sidelook.release import OPERATOR_HERE, Recipient

TOKEN_BYTES = 32
GUARDED = ("/api/", "/live")
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")
REFUSED = 403
POLICY_VIOLATION = 1008

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
}


class ListenError(UsageError):
    """The address to listen at is not allowed as asked, or cannot be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a request must show.

    Attributes
    ----------
    hosts : allowed values of the Host header, with port
    token : of this run
    recipient : in whose name everything is released
    loopback : True where only this machine can reach the server; the page is then given the token
    """

    hosts: frozenset[str]
    token: str
    recipient: Recipient
    loopback: bool

    def allows_host(self, headers: Headers) -> bool:
        """Tell whether the request was meant for this server: no other name may point here (DNS rebinding)."""
        return headers.get("host", "").lower() in self.hosts

    def allows_origin(self, headers: Headers) -> bool:
        """Tell whether the page that asks, if any, came from this server."""
        origin = headers.get("origin")
        return origin is None or origin.lower() in {
            f"{scheme}://{host}" for scheme in ("http", "https") for host in self.hosts
        }

    def allows_token(self, headers: Headers, query: str) -> bool:
        """Tell whether the request bears the token, in its header or its query."""
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        given = bearer if scheme.lower() == "bearer" else parse_qs(query).get("token", [""])[0]
        return secrets.compare_digest(given.encode(), self.token.encode())

    def objection(self, path: str, headers: Headers, query: str) -> str:
        """Say why a request is refused; empty where it is not."""
        if not self.allows_host(headers):
            return "this server does not go by that name: open it at the address it printed"
        if not self.allows_origin(headers):
            return "requests of other pages are refused"
        if path.startswith(GUARDED) and not self.allows_token(headers, query):
            return "the token of this run is missing or wrong: reload the page"
        return ""


def is_loopback(host: str) -> bool:
    """Tell whether an address can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def grant(host: str, port: int, token: str | None) -> Access:
    """Decide what requests must show.

    Parameters
    ----------
    host, port : listened at
    token : given by the operator, None to draw one for this run

    Raises
    ------
    ListenError
        Where others could reach the server and the operator chose no token.
    """
    loopback = is_loopback(host)
    if not loopback and not token:
        message = f"listening at {host} lets other machines in: choose a token for them with --token"
        raise ListenError(message)
    bracketed = f"[{host}]" if ":" in host else host
    names = LOCAL_NAMES if loopback else (*LOCAL_NAMES, bracketed.lower())
    return Access(
        hosts=frozenset(f"{name}:{port}" for name in names),
        token=token or secrets.token_urlsafe(TOKEN_BYTES),
        recipient=OPERATOR_HERE if loopback else Recipient(name=f"network at {host}"),
        loopback=loopback,
    )


class Guard:
    """Refuses requests that do not show what ``Access`` asks for, and puts the security headers on every answer."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app = app
        self.access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with the objection."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        objection = self.access.objection(scope["path"], Headers(scope=scope), scope["query_string"].decode("latin-1"))
        if objection:
            await refuse(objection, scope, receive, with_headers(send))
        else:
            await self.app(scope, receive, with_headers(send))


async def refuse(objection: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with 403; a WebSocket is closed before it is accepted, which the server says as 403 too."""
    if scope["type"] == "websocket":
        await WebSocketClose(code=POLICY_VIOLATION, reason=objection)(scope, receive, send)
    else:
        await JSONResponse({"error": objection}, REFUSED)(scope, receive, send)


def with_headers(send: Send) -> Send:
    """Wrap ``send`` so that answers bear the security headers."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers
