import json

import pytest

from antenna_gpu.pack import PackError, require_half


@pytest.fixture
def models(tmp_path):
    for name in ("detector", "filter", "species"):
        for ending in (".onnx", ".half.onnx"):
            (tmp_path / "algorithms").mkdir(exist_ok=True)
            (tmp_path / "algorithms" / f"{name}{ending}").write_bytes(b"x")
    stages = {name: {"file": f"../algorithms/{name}.onnx"} for name in ("detector", "filter", "species")}
    for slug, rest in (
        ("one", {"binary_filter": stages["filter"], "classifier": stages["species"]}),
        ("several", {"classifiers": [stages["species"], stages["filter"]]}),
        ("none", {"binary_filter": None}),
    ):
        (tmp_path / slug).mkdir()
        (tmp_path / slug / "pipeline.json").write_text(json.dumps({"detector": stages["detector"], **rest}), encoding="utf-8")
    return tmp_path


def test_whole_folders_pass(models):
    require_half(models, ["one", "several", "none"])


@pytest.mark.parametrize(("name", "wanted"), [("detector", {"one", "several", "none"}), ("filter", {"one", "several"})])
def test_a_graph_that_is_missing_is_named_with_the_command(models, name, wanted):
    (models / "algorithms" / f"{name}.half.onnx").unlink()
    for slug in ("one", "several", "none"):
        if slug not in wanted:
            require_half(models, [slug])
            continue
        with pytest.raises(PackError, match=rf"tools/export/half .*{name}\.onnx"):
            require_half(models, [slug])


def test_a_pipeline_that_is_not_there_is_said(models):
    with pytest.raises(PackError, match="no pipeline moths"):
        require_half(models, ["moths"])
