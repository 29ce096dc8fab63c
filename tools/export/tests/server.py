"""A small HTTP server on loopback that can misbehave as servers and networks do."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Callable, Iterator

Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


@contextlib.contextmanager
def serving(*answers: Answer) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Gives the base URL and the list of headers seen; request k gets answer k, the last one again and again."""
    seen: list[dict[str, str]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(dict(self.headers))
            answers[min(len(seen), len(answers)) - 1](self)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def whole(body: bytes, etag: str = '"one"') -> Answer:
    return _answer(200, body, {"Content-Length": str(len(body)), "ETag": etag})


def cut_short(body: bytes, sent: int, etag: str = '"one"') -> Answer:
    return _answer(200, body[:sent], {"Content-Length": str(len(body)), "ETag": etag})


def rest(body: bytes, start: int) -> Answer:
    headers = {
        "Content-Length": str(len(body) - start),
        "Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}",
        "ETag": '"one"',
    }
    return _answer(206, body[start:], headers)


def status(code: int) -> Answer:
    return _answer(code, b"", {"Content-Length": "0"})


def _answer(code: int, body: bytes, headers: dict[str, str]) -> Answer:
    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer
