"""The batched detector against torchvision's own; needs PyTorch, and is skipped without."""

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")

from antenna_export.detector_graph import BatchedFasterRCNN  # noqa: E402
from antenna_export.fixtures import TINY  # noqa: E402
from antenna_export.levels import level_limits  # noqa: E402
from antenna_export.onnx_export import export_detector, session, with_foldable_norms  # noqa: E402
from antenna_export.runners import detect_with_graph  # noqa: E402
from antenna_export.seeding import as_tensor, seed_detector, synthetic_image  # noqa: E402


@pytest.fixture(params=TINY, ids=lambda each: each.pipeline.slug)
def model(request):
    made = request.param.build_detector(request.param.detector)
    seed_detector(made, 3, request.param.detector.score_threshold, synthetic_image(3, 300, 220, 10), passing=40)
    return made


def prepared(model, seeds):
    with torch.no_grad():
        images, _ = model.transform([as_tensor(synthetic_image(seed, 300, 220, 10)) for seed in seeds])
    return images


@torch.no_grad()
def torchvision_says(model, images):
    features = model.backbone(images.tensors)
    proposals, _ = model.rpn(images, features)
    found, _ = model.roi_heads(features, proposals, images.image_sizes)
    return [(each["boxes"], each["scores"]) for each in found]


def test_it_is_torchvision_exactly(model):
    images = prepared(model, [3, 4, 5])
    with torch.no_grad():
        boxes, scores, index = BatchedFasterRCNN(model)(images.tensors, torch.tensor(images.image_sizes[0]))
    for image, (expected_boxes, expected_scores) in enumerate(torchvision_says(model, images)):
        assert len(expected_scores) > 5
        # The same regions are pooled in another order, which rounds the box head's sums otherwise.
        torch.testing.assert_close(boxes[index == image], expected_boxes, atol=1e-3, rtol=0)
        torch.testing.assert_close(scores[index == image], expected_scores, atol=1e-5, rtol=0)


def test_the_graph_takes_any_batch_and_any_size(model, tmp_path):
    export_detector(model, tmp_path / "detector.onnx")
    runner = session(tmp_path / "detector.onnx", threads=1)
    images = prepared(model, [3, 4, 5])
    together = detect_with_graph(runner, images.tensors, images.image_sizes[0])
    for image, (boxes, scores) in enumerate(torchvision_says(model, images)):
        torch.testing.assert_close(together[image][0], boxes, atol=1e-2, rtol=0)
        torch.testing.assert_close(together[image][1], scores, atol=1e-4, rtol=0)
        ((alone_boxes, alone_scores),) = detect_with_graph(runner, images.tensors[image : image + 1], images.image_sizes[0])
        torch.testing.assert_close(alone_boxes, together[image][0], atol=1e-3, rtol=0)
        torch.testing.assert_close(alone_scores, together[image][1], atol=1e-5, rtol=0)


def test_an_image_without_anything_gives_nothing(model, tmp_path):
    model.roi_heads.box_predictor.cls_score.bias.data[1] = -100
    export_detector(model, tmp_path / "detector.onnx")
    ((boxes, scores),) = detect_with_graph(session(tmp_path / "detector.onnx"), torch.zeros(1, 3, 160, 224), (160, 213))
    assert boxes.shape == (0, 4)
    assert scores.shape == (0,)


def test_no_region_at_all_gives_nothing(model, tmp_path):
    model.rpn.score_thresh = 2.0
    export_detector(model, tmp_path / "detector.onnx")
    ((boxes, _),) = detect_with_graph(session(tmp_path / "detector.onnx"), torch.zeros(1, 3, 160, 224), (160, 213))
    assert boxes.shape == (0, 4)


def test_folded_norms_leave_the_model_as_it_is(model):
    images = prepared(model, [3])
    before = [value.clone() for value in model.state_dict().values()]
    folded = with_foldable_norms(model)
    assert all(torch.equal(*pair) for pair in zip(before, model.state_dict().values(), strict=True))
    with torch.no_grad():
        for ours, theirs in zip(folded.backbone(images.tensors).values(), model.backbone(images.tensors).values(), strict=True):
            torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)


def test_levels_are_the_mappers_own():
    from torchvision.ops.poolers import LevelMapper

    mapper = LevelMapper(2, 5)
    limits = level_limits(mapper, 2, 5)
    assert limits == pytest.approx([112, 224, 448], rel=1e-5)
    sides = torch.cat([torch.tensor(limits), torch.nextafter(torch.tensor(limits), torch.tensor(0.0)), torch.rand(500) * 900])
    boxes = torch.stack([torch.zeros_like(sides), torch.zeros_like(sides), sides, sides], 1)
    level = sum((torch.sqrt(sides * sides)[:, None] >= torch.tensor(limits)).long().unbind(1))
    assert torch.equal(level, mapper([boxes]))
