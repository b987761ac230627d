"""The local AWS (MiniStack), closed to the pages of a browser on this machine.

By itself it takes four kinds of key as the account's root and checks no signature of
theirs, and it lets every page of the world read its answers: such a page could have it
run a program. Here the root has one key, the one in the environment, and who has none is
nobody. With AUTH=true the root's signature is checked like any other's; without, when
there are no other keys, its id is the secret. And it answers to this machine's name
alone, so that no page can call it by a name of its own.

Start it as `python infra/local/localaws.py`; its settings are MiniStack's, and
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are needed.
"""

import os
import re
from contextvars import ContextVar
from urllib.parse import parse_qs

from ministack.core import iam_evaluator

ROOT = os.environ["AWS_ACCESS_KEY_ID"]
# Whether the request needs no key to be looked at: an upload by a form, whose key is in the
# form and is checked last, or a call of the API, whose routes say for themselves who may.
# MiniStack looks for the rights of no key all the same, for a route that it does not know.
KEYLESS = ContextVar("keyless", default=False)
# Before the rest is loaded, which takes these over by name.
iam_evaluator.is_root_access_key = lambda key: key == ROOT or not key and KEYLESS.get()
iam_evaluator._is_root_key = lambda key: False  # whose signatures are not checked

from ministack import app as ministack  # noqa: E402

NAMES = {"127.0.0.1", "localhost"}
# The pages where people sign in, and what a client of theirs asks: as at Cognito, whoever
# has a password, a code or neither may ask.
SIGN_IN = {
    ("GET", "/oauth2/authorize"), ("POST", "/login"), ("POST", "/oauth2/token"), ("GET", "/logout"),
}
DISCOVERY = re.compile(r"/[a-z0-9-]+_[a-zA-Z0-9]+/\.well-known/(openid-configuration|jwks\.json)")
# Of MiniStack's own addresses; the others need no key, and one empties everything.
OPEN = {"/_ministack/health", "/_ministack/ready"}


def keyless(scope, headers):
    """Reports whether a request is an upload by a form, a call of the API, or of who signs in."""
    if {"authorization", "x-amz-target"} & headers.keys():
        return False
    form = scope["method"] == "POST" and headers.get("content-type", "").startswith("multipart/form-data")
    asked = scope["method"], scope["path"]
    sign_in = asked in SIGN_IN or asked[0] == "GET" and DISCOVERY.fullmatch(asked[1]) is not None
    return form or sign_in or scope["path"].startswith("/_aws/execute-api/")


def known(scope, headers):
    """Reports whether whoever asks may; with AUTH=true MiniStack finds out by itself."""
    if ministack.AUTH or KEYLESS.get() or scope["path"] in OPEN:
        return True
    return ministack.extract_access_key_id(headers, parse_qs(scope["query_string"].decode())) == ROOT


def closed(app):
    """Gives the application for those who ask by this machine's name."""

    async def guarded(scope, receive, send):
        if scope["type"] == "http":
            headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
            own = scope["path"].startswith(("/_ministack/", "/_localstack/"))
            KEYLESS.set(keyless(scope, headers))
            named = headers.get("host", "").rsplit(":", 1)[0] in NAMES
            if not named or own and scope["path"] not in OPEN or not known(scope, headers):
                await send({"type": "http.response.start", "status": 403, "headers": []})
                await send({"type": "http.response.body", "body": b""})
                return
        if scope["type"] != "websocket":
            await app(scope, receive, send)

    return guarded


ministack.app = closed(ministack.app)

if __name__ == "__main__":
    ministack.main()
