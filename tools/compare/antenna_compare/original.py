"""The original: its commands, the surroundings they run in, and what they print.

It is a program of its own, started from the checkout that the caller names; none of it is part of this project.
"""

from __future__ import annotations

import dataclasses
import pathlib
import re
from collections.abc import Mapping

from antenna_compare.checkpoints import place
from antenna_compare.errors import CompareError
from antenna_compare.programs import Command, Limits, Program

# glibc keeps the memory that is freed. Without it each image's 100 MB are mapped, and their pages cleared, anew, which is slow.
# But what large blocks of many sizes leave unused between them is kept as well.
TUNED_MALLOC = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 40)}

_LAUNCHER = "from trapdata.cli.base import cli; cli()"

# torchvision builds the detector on a published ResNet-50, whose values the detector's checkpoint then replaces. One with any
# values saves the download.
_STAND_IN = """\
import pathlib, sys, torch, torchvision
name = torchvision.models.ResNet50_Weights.IMAGENET1K_V1.url.rpartition("/")[2]
folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True)
torch.save(torchvision.models.resnet50().state_dict(), folder / name)
print(torch.__version__)
"""


@dataclasses.dataclass(frozen=True)
class Original:
    """A checkout, a Python that has what it needs, a folder for what it writes, and variables for glibc's malloc."""

    checkout: pathlib.Path
    python: pathlib.Path
    home: pathlib.Path
    malloc: Mapping[str, str]

    def prepare(self, limits: Limits) -> str:
        """Makes its folders, and loads PyTorch once so that no run waits for the disk; gives PyTorch's version."""
        (self.home / ".config").mkdir(parents=True)
        command = self._command("-c", _STAND_IN, str(self._hub / "checkpoints"))
        with Program(command, self.home, "original-preparation", limits) as program:
            program.wait_until(program.has_ended)
            return program.output.split()[-1]

    def place_models(self, pipeline: str, models: pathlib.Path, checkpoints: pathlib.Path) -> None:
        """Puts a pipeline's files where it looks for downloads."""
        place(pipeline, models, checkpoints, self._hub / "models")

    def loader_command(self, base_url: str, batch_size: int) -> Command:
        """Its own benchmark of its loader, in the process itself, which is its fastest way; no results are posted."""
        sizes = ("--num-workers", "0", "--batch-size", str(batch_size), "--gpu-batch-size", str(batch_size))
        arguments = ("-m", "trapdata.antenna.benchmark", "--job-id", "1", "--base-url", base_url, *sizes, "--skip-acks")
        return self._command(*arguments)

    def worker_command(self, base_url: str, pipeline: str, batch_size: int) -> Command:
        """Its worker, loading in the process itself."""
        variables = {
            "AMI_ANTENNA_API_BASE_URL": base_url,
            "AMI_ANTENNA_API_BATCH_SIZE": str(batch_size),
            "AMI_NUM_WORKERS": "0",
        }
        # The same call as its console script `ami`, which is there only where it was installed.
        return self._command("-c", _LAUNCHER, "worker", "--pipeline", pipeline, **variables)

    @property
    def _hub(self) -> pathlib.Path:
        return self.home / "torch" / "hub"

    def _command(self, *arguments: str, **variables: str) -> Command:
        surroundings = {
            "PYTHONPATH": str(self.checkout),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "TORCH_HOME": str(self.home / "torch"),
            "AMI_ANTENNA_API_AUTH_TOKEN": "none-is-asked-for",
            # It would report to a service elsewhere; nothing listens at this address.
            "HTTP_PROXY": "http://127.0.0.1:9",
            "HTTPS_PROXY": "http://127.0.0.1:9",
        }
        return Command((str(self.python), *arguments), surroundings | dict(self.malloc) | variables)


@dataclasses.dataclass(frozen=True)
class LoaderSummary:
    """What the original's benchmark says at its end."""

    seconds: float
    successful: int


def parse_loader_summary(output: str, count: int) -> LoaderSummary:
    """Reads the summary; fails when not all images were loaded."""
    seconds = re.search(r"^Total time: ([\d.]+) seconds", output, re.MULTILINE)
    successful = re.search(r"^Successful images: (\d+)", output, re.MULTILINE)
    if not seconds or not successful:
        raise CompareError(f"the original's benchmark printed no summary:\n{output[-2000:]}")
    summary = LoaderSummary(float(seconds[1]), int(successful[1]))
    if summary.successful != count:
        raise CompareError(f"the original loaded {summary.successful} of {count} images")
    return summary
