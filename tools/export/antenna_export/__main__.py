"""`python -m antenna_export export|half|parity|fixtures`."""

import subprocess
import sys

from antenna_export.architectures import CheckpointError
from antenna_export.catalogue import CatalogueError
from antenna_export.commands import main
from antenna_export.download import DownloadError
from antenna_export.fixtures import FixtureError
from antenna_export.half import HalfError
from antenna_export.labels import LabelError
from antenna_export.onnx_export import ExportError
from antenna_export.results import ResultError

EXPECTED = (
    CatalogueError,
    CheckpointError,
    DownloadError,
    ExportError,
    FixtureError,
    HalfError,
    LabelError,
    ResultError,
    LookupError,
    OSError,
    subprocess.CalledProcessError,
)

if __name__ == "__main__":
    try:
        sys.exit(main())
    except EXPECTED as error:
        sys.exit(f"error: {error}")
