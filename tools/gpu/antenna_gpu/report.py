"""The figures as a table for docs/performance.md."""

from __future__ import annotations

COLUMNS = (
    ("pipeline", "pipeline", "{}"),
    ("place", "device", "`{}`"),
    ("batch", "batch", "{}"),
    ("crops", "crops", "{}"),
    ("engines", "engines", "{}"),
    ("images_per_second", "images/s", "{:.1f}"),
    ("host_cpu_ms", "CPU ms an image", "{:.1f}"),
    ("prepare_ms", "prepare ms", "{:.1f}"),
    ("detect_ms", "detect ms", "{:.1f}"),
    ("classify_ms", "classify ms", "{:.1f}"),
    ("engine_idle", "engine idle", "{:.1%}"),
    ("gpu_busy_percent", "GPU busy", "{:.0f} %"),
    ("gpu_memory_mib", "GPU memory, MiB", "{:.0f}"),
    ("host_memory_mb", "host memory, MB", "{:.0f}"),
)


def markdown(report: dict) -> str:
    """Machine, figures, parity, and what failed; columns that nobody has a figure for are left out."""
    machine = report["machine"]
    gpus = "; ".join(machine["gpus"]) or "no GPU"
    parts = [f"{gpus}. {machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB; {machine['system']}."]
    if report["figures"]:
        columns = [column for column in COLUMNS if any(row.get(column[0]) is not None for row in report["figures"])]
        rows = [[_cell(row.get(key), form) for key, _, form in columns] for row in report["figures"]]
        parts.append(_table([title for _, title, _ in columns], rows))
    if report["host"]:
        host = report["host"]
        cost, rate = host["decode_cpu_ms"], host["decode_per_second"]
        parts.append(f"Decoding an image: {cost:.1f} ms of the processor, {rate:.0f} a second.")
    if report["parity"]:
        parts.append("Compared with `cpu:onnxruntime` at full precision on the same machine:")
        header = ["pipeline", "device", "boxes", "same box", "within 1 px", "within 2 px", "labels equal", "largest difference"]
        parts.append(_table(header, [_parity_row(row) for row in report["parity"]]))
    failed = [outcome for outcome in report["steps"] if outcome["error"]]
    parts.append("\n".join([f"- {each['step']}: {each['error']}" for each in failed]) or "Every step went well.")
    return "\n\n".join(parts) + "\n"


def _cell(value: object, form: str) -> str:
    return "" if value is None else form.format(value)


def _parity_row(row: dict) -> list[str]:
    within = row["within"]
    return [
        row["pipeline"],
        f"`{row['place']}`",
        f"{row['boxes']} of {row['boxes_expected']}",
        str(within["0"]),
        str(within["1"]),
        str(within["2"]),
        f"{row['labels_equal']} of {row['labels']}",
        f"{row['largest_score_difference']:.1e}",
    ]


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
