"""Stands before a local Antenna and answers every posted result with one status, as scripts/check-alerts wants it.

usage: faulty-antenna.py PORT UPSTREAM STATUS
"""

import http.server
import sys
import urllib.error
import urllib.request

port, upstream, status = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, code, body=b"", kind="application/json"):
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_call(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
        if self.command == "POST" and "/result" in self.path:
            return self.answer(status)
        headers = {name: self.headers[name] for name in ("Content-Type", "Authorization") if self.headers[name]}
        call = urllib.request.Request(upstream + self.path, data=body, method=self.command, headers=headers)
        try:
            reply = urllib.request.urlopen(call, timeout=30)
        except urllib.error.HTTPError as error:
            reply = error
        return self.answer(reply.getcode(), reply.read(), reply.headers.get("Content-Type") or "text/plain")

    do_GET = do_POST = handle_call


server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
server.daemon_threads = True
server.serve_forever()
