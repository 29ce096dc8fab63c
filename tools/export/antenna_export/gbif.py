"""Names of taxa by their GBIF id, through GBIF's public API, each answer cached in a file."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import http.client
import json
import pathlib
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence

from antenna_export.download import USER_AGENT, write_atomically

SPECIES_URL = "https://api.gbif.org/v1/species/{id}"


@dataclasses.dataclass
class GBIFNames:
    """Looks names up; what could not be reached is reported once and stays an id."""

    cache: pathlib.Path
    url: str = SPECIES_URL
    workers: int = 8
    timeout: float = 20
    report: Callable[[str], None] = print

    def names(self, labels: Sequence[str]) -> dict[str, str]:
        """The names of those labels that are GBIF ids and have one."""
        ids = [label for label in labels if label.isascii() and label.isdigit()]
        if not ids:
            return {}
        self.cache.mkdir(parents=True, exist_ok=True)
        with concurrent.futures.ThreadPoolExecutor(self.workers) as pool:
            answers = list(pool.map(self._name, ids))
        unreachable = sum(isinstance(answer, OSError | http.client.HTTPException) for answer in answers)
        if unreachable:
            self.report(f"{unreachable} of {len(ids)} GBIF ids could not be looked up and stay ids; run again to retry")
        return {id_: answer for id_, answer in zip(ids, answers, strict=True) if isinstance(answer, str)}

    def _name(self, id_: str) -> str | Exception | None:
        file = self.cache / f"{id_}.json"
        if not file.exists():
            try:
                write_atomically(file, json.dumps(self._ask(id_)))
            except (OSError, http.client.HTTPException) as error:
                return error
        name = json.loads(file.read_text(encoding="utf-8")).get("canonicalName")
        return name if isinstance(name, str) and name else None

    def _ask(self, id_: str) -> dict[str, object]:
        request = urllib.request.Request(self.url.format(id=id_), headers={"User-Agent": USER_AGENT})
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as response:
                answer = json.load(response)
        except urllib.error.HTTPError as error:
            if error.code in (404, 410):
                return {}  # GBIF does not know it: an answer worth keeping.
            raise
        except ValueError as error:
            raise OSError(f"GBIF's answer for {id_} is no JSON") from error
        return {"canonicalName": answer.get("canonicalName")} if isinstance(answer, dict) else {}
