"""An OpenID Connect provider for tests: signs in whoever its `email` names, without asking."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "tower"


class Provider(ThreadingHTTPServer):
    """Discovery, authorization code, token and keys, on a free port."""

    email = "ann@example.com"
    verified = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
        self.nonces: dict[str, str] = {}
        self.base = f"http://127.0.0.1:{self.server_port}"

    def token(self, code: str) -> dict[str, Any]:
        """The answer to a code: who signed in, signed."""
        now = int(time.time())
        claims = {
            "iss": self.base,
            "aud": CLIENT,
            "sub": self.email,
            "email": self.email,
            "email_verified": self.verified,
            "iat": now,
            "exp": now + 600,
            "nonce": self.nonces.pop(code),
        }
        signed = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.key)
        return {"access_token": "x", "token_type": "Bearer", "expires_in": 600, "id_token": signed}


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        """Discovery, keys, and the authorization that sends the browser straight back."""
        url, base = urlsplit(self.path), self.server.base
        if url.path == "/authorize":
            asked = {key: values[0] for key, values in parse_qs(url.query).items()}
            code = str(len(self.server.nonces)) + asked["state"]
            self.server.nonces[code] = asked["nonce"]
            self.send_response(302)
            self.send_header(
                "Location", f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
            )
            self.end_headers()
        elif url.path == "/keys":
            self._reply({"keys": [self.server.key.as_dict(private=False)]})
        else:
            self._reply(
                {
                    "issuer": base,
                    "authorization_endpoint": f"{base}/authorize",
                    "token_endpoint": f"{base}/token",
                    "jwks_uri": f"{base}/keys",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            )

    def do_POST(self) -> None:
        """The code for a token."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._reply(self.server.token(parse_qs(body)["code"][0]))

    def log_message(self, format: str, *_: Any) -> None:
        """Quiet."""

    def _reply(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def running_provider() -> Iterator[Provider]:
    """A provider while the block runs."""
    provider = Provider()
    Thread(target=provider.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        provider.shutdown()
        provider.server_close()
