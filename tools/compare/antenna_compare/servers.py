"""The servers both workers are measured with; each listens on loopback alone, on a port that is free."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import pathlib
import re
import shutil
import socket
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence

from antenna_compare.errors import CompareError
from antenna_compare.programs import Command, Program

HOST = "127.0.0.1"
_START_SECONDS = 30.0
_SUFFIXES = {".jpg", ".jpeg", ".png"}

_NGINX = """{user}daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{}}
http {{
    access_log off;
    sendfile on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen {host}:{port};
        root "{images}";
    }}
}}
"""


def image_files(folder: pathlib.Path) -> list[pathlib.Path]:
    """The images of a folder, the same ones in the same order as antenna-worker takes them."""
    files = sorted((path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES), key=lambda path: path.name)
    if not files:
        raise CompareError(f"there are no JPEG or PNG files in {folder}")
    for file in files:
        file.read_bytes()  # Into the page cache, so that the first run does not wait for the disk.
    return files


@contextlib.contextmanager
def image_server(images: pathlib.Path, folder: pathlib.Path) -> Iterator[tuple[str, Command]]:
    """A host of the images of a folder: nginx where it is installed, else Python's; gives what comes before the names."""
    port = free_port()
    command = _nginx(images, folder, port) or _python_server(images, port)
    with Program(command, folder, "image-server") as program:
        _wait_for_port(program, port)
        yield f"http://{HOST}:{port}/", command


def _nginx(images: pathlib.Path, folder: pathlib.Path, port: int) -> Command | None:
    nginx = shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"]))
    if nginx is None:
        return None
    # Started by root its worker would else be nobody, who may not read what is the user's.
    user = "user root;\n" if os.geteuid() == 0 else ""
    path = folder / "nginx.conf"
    path.write_text(_NGINX.format(user=user, folder=folder, host=HOST, port=port, images=images), encoding="utf-8")
    return Command((nginx, "-c", str(path), "-e", str(folder / "nginx-error.log")))


def _python_server(images: pathlib.Path, port: int) -> Command:
    arguments = ("-m", "http.server", str(port), "--bind", HOST, "--protocol", "HTTP/1.1", "--directory", str(images))
    return Command((sys.executable, *arguments))


@contextlib.contextmanager
def task_server(urls: Sequence[str], on_request: Callable[[], None]) -> Iterator[str]:
    """The one call of Antenna's API that a loader needs, `jobs/ID/tasks/`; tells each time that it is asked.

    It runs in this process, so its little work is counted for nobody. Gives the address of the API.
    """
    waiting = list(enumerate(urls, 1))
    lock = threading.Lock()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            on_request()
            with lock:
                handed_out = waiting[: request["batch_size"]]
                del waiting[: request["batch_size"]]
            body = json.dumps({"tasks": [_task(number, url) for number, url in handed_out]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer((HOST, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}/api/v2"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _task(number: int, url: str) -> dict[str, str]:
    return {"id": str(number), "image_id": str(number), "image_url": url, "reply_subject": f"compare.{number}"}


class LocalAntenna:
    """antenna-worker's local Antenna with one job, and what it says of it."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._status_url = urllib.parse.urljoin(base_url, "/status")
        # Whatever proxy is set, it is for other machines.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def job(self) -> dict[str, int]:
        """The counts of the job; fails when a task will never have a saved result."""
        try:
            with self._opener.open(self._status_url, timeout=30) as answer:
                job = json.load(answer)["jobs"][0]
        except OSError as error:
            raise CompareError(f"the local Antenna does not answer: {error}") from error
        for count in ("lost", "stuck", "refused"):
            if job[count]:
                raise CompareError(f"the local Antenna says of its job: {job}; a run that loses results is none")
        return job


def antenna_command(worker: pathlib.Path, images: Sequence[pathlib.Path], pipeline: str, count: int) -> Command:
    """Starts the local Antenna with one job; leases so long that none ends while a slow worker is at it."""
    options = ("--port", "0", "--pipeline", pipeline, "--tasks", str(count), "--lease", "86400", "--log-level", "warning")
    return Command((str(worker), "serve", *options, *map(str, images)))


@contextlib.contextmanager
def local_antenna(command: Command, folder: pathlib.Path) -> Iterator[LocalAntenna]:
    """The local Antenna for one run."""
    with Program(command, folder, "local-antenna") as program:
        deadline = time.monotonic() + _START_SECONDS
        address: list[str] = []

        def has_started() -> bool:
            if time.monotonic() > deadline:
                raise CompareError(f"the local Antenna does not start:\n{program.output}")
            address[:] = re.findall(r"Local Antenna at (http://\S+)", program.output)
            return bool(address)

        program.wait_until(has_started)
        yield LocalAntenna(address[0])


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _wait_for_port(program: Program, port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS

    def listens() -> bool:
        if time.monotonic() > deadline:
            raise CompareError(f"{program.name} does not listen on port {port}:\n{program.output}")
        with socket.socket() as probe:
            return probe.connect_ex((HOST, port)) == 0

    program.wait_until(listens)
