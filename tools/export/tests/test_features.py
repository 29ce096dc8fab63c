"""A classifier that tells its features; needs PyTorch, and is skipped without."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")

from antenna_export.architectures import WithFeatures, last_layer  # noqa: E402
from antenna_export.onnx_export import ExportError, export_classifier, session  # noqa: E402
from antenna_export.tiny import TinyTrunk, tiny_convnext, tiny_resnet  # noqa: E402


@pytest.fixture(params=[(tiny_resnet, 40), (tiny_convnext, 20), (TinyTrunk, 40)], ids=["resnet", "convnext", "trunk"])
def model(request):
    torch.manual_seed(5)
    build, count = request.param
    return build(7).eval(), count


def crops(count=3):
    return torch.from_numpy(np.random.default_rng(count).standard_normal((count, 3, 64, 64), np.float32))


@torch.no_grad()
def test_features_are_what_the_last_layer_makes_logits_of(model):
    classifier, count = model
    logits, features = WithFeatures(classifier)(crops())
    assert features.shape == (3, count) == (3, WithFeatures(classifier).count)
    torch.testing.assert_close(last_layer(classifier)(features), logits, atol=0, rtol=0)
    torch.testing.assert_close(classifier(crops()), logits, atol=0, rtol=0)


def test_the_graph_tells_them_and_the_same_logits_as_one_without(model, tmp_path):
    classifier, _ = model
    export_classifier(classifier, 64, 7, tmp_path / "with.onnx", features=True)
    export_classifier(classifier, 64, 7, tmp_path / "without.onnx")
    both, alone = (session(tmp_path / name, threads=1) for name in ("with.onnx", "without.onnx"))
    assert [output.name for output in both.get_outputs()] == ["logits", "features"]
    assert [output.name for output in alone.get_outputs()] == ["logits"]
    with torch.no_grad():
        wanted_logits, wanted_features = WithFeatures(classifier)(crops(5))
    logits, features = both.run(["logits", "features"], {"crops": crops(5).numpy()})
    assert np.abs(logits - wanted_logits.numpy()).max() < 1e-4
    assert np.abs(features - wanted_features.numpy()).max() < 1e-4
    assert np.array_equal(logits, alone.run(["logits"], {"crops": crops(5).numpy()})[0])
    assert np.array_equal(logits, both.run(["logits"], {"crops": crops(5).numpy()})[0])


def test_an_export_leaves_a_model_in_the_mode_it_is_in(model, tmp_path):
    classifier, _ = model
    export_classifier(classifier, 64, 7, tmp_path / "with.onnx", features=True)
    assert not any(module.training for module in classifier.modules())


def test_another_number_of_classes_is_an_error(model, tmp_path):
    with pytest.raises(ExportError, match="logits"):
        export_classifier(model[0], 64, 8, tmp_path / "wrong.onnx", features=True)
