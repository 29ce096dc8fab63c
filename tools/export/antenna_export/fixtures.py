"""Writes the fixtures by which the tests of antenna-worker check every step against PyTorch.

Two pipelines of tiny models with seeded weights, four drawn images, and what PyTorch and torchvision say at each step:
prepared input, boxes before and after they are brought back to the image, crops, logits, scores.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Callable

import PIL
import timm
import torch
import torchvision
from PIL import Image
from torch import Tensor, nn
from torchvision.models.detection.faster_rcnn import FasterRCNN

from antenna_export import tiny
from antenna_export.architectures import WithFeatures
from antenna_export.catalogue import HALF, Classifier, ClassifierKind, Detector, DetectorKind, Pipeline
from antenna_export.compare import Comparison, Limits
from antenna_export.manifest import graph_path, write_labels, write_manifest
from antenna_export.onnx_export import export_classifier, export_detector
from antenna_export.results import Classification, Found, ImageResult
from antenna_export.runners import GraphRunner, TorchRunner, torch_stage
from antenna_export.seeding import seed_classifier, seed_detector, synthetic_image
from antenna_export.steps import make_crop, open_image

FIXTURES = pathlib.Path(__file__).resolve().parents[3] / "Tests/InferenceTests/Fixtures/parity"
_SEED, _SEEDS = 11, 60
_SOURCE = "tools/export/make_parity_fixtures"
_INPUT_STEP, _CROP_STEP = 997, 61
# Two of one size, for a batch; one upright; one so wide that the longer side limits it.
_IMAGES = {"sheet-a": (400, 300), "sheet-b": (400, 300), "upright": (260, 381), "wide": (643, 200)}
# Stricter than what the worker must keep with large models, since nothing here is left to chance.
_OWN_LIMITS = Limits(matched_share=1.0, score=1e-4, logit=1e-3, feature=1e-4)


class FixtureError(Exception):
    """Fixtures that would make an unreliable test."""


@dataclasses.dataclass(frozen=True)
class TinyPipeline:
    """A pipeline and how its models are built."""

    pipeline: Pipeline
    detector: Detector
    build_detector: Callable[[Detector], FasterRCNN]
    builders: dict[str, Callable[[int], nn.Module]]

    @property
    def classifiers(self) -> list[Classifier]:
        """The filter, where there is one, and the classifier."""
        return [each for each in (self.pipeline.binary_filter, self.pipeline.classifier) if each]


def _tiny_detector(name: str, kind: DetectorKind, threshold: float, rpn_threshold: float) -> Detector:
    return Detector(
        name=name,
        description="Seeded weights; finds nothing of meaning.",
        weights_url=_SOURCE,
        kind=kind,
        score_threshold=threshold,
        rpn_score_threshold=rpn_threshold,
        max_detections=40,
        shorter_side=160,
        longer_side_max=267,
    )


def _tiny_classifier(name: str, kind: ClassifierKind, size: int, labels: tuple[str, ...], **rest: object) -> Classifier:
    return Classifier(
        name=name,
        description="Seeded weights; tells nothing of meaning.",
        weights_url=_SOURCE,
        labels_url=_SOURCE,
        kind=kind,
        input_size=size,
        fixed_labels=labels,
        **rest,
    )


_FILTER = _tiny_classifier("Tiny filter", ClassifierKind.TIMM_RESNET50, 32, ("moth", "nonmoth"))
_TRUNK = _tiny_classifier(
    "Tiny trunk", ClassifierKind.RESNET50_TRUNK_BIAS_FREE, 75, ("a", "b", "c", "d", "e"), mean=HALF, std=HALF
)
_CONVNEXT = _tiny_classifier("Tiny ConvNeXt", ClassifierKind.TIMM_CONVNEXT_TINY, 64, ("x", "y", "z"))

TINY = (
    TinyPipeline(
        Pipeline(slug="tiny_pyramid", classifier=_TRUNK, binary_filter=_FILTER),
        _tiny_detector("Tiny pyramid detector", DetectorKind.RESNET50_FPN, 0.8, 0.0),
        tiny.tiny_pyramid_detector,
        {_FILTER.key: tiny.tiny_resnet, _TRUNK.key: tiny.TinyTrunk},
    ),
    TinyPipeline(
        Pipeline(slug="tiny_single_level", classifier=_CONVNEXT, binary_filter=None),
        _tiny_detector("Tiny single-level detector", DetectorKind.MOBILENET_V3_LARGE_FPN, 0.5, 0.05),
        tiny.tiny_single_level_detector,
        {_CONVNEXT.key: tiny.tiny_convnext},
    ),
)


def write_fixtures(out: pathlib.Path) -> list[pathlib.Path]:
    """Writes everything; for each pipeline with the first seed that leaves nothing to chance.

    Fails with `FixtureError` when there is none, as when the graphs do not say what PyTorch says.
    """
    images = _write_images(out / "images")
    for each in TINY:
        for seed in range(_SEED, _SEED + _SEEDS):
            try:
                _write_pipeline(out, each, images, seed)
                break
            except FixtureError as error:
                print(f"{each.pipeline.slug}, seed {seed}: {error}")
        else:
            raise FixtureError(f"none of {_SEEDS} seeds does for {each.pipeline.slug}")
    return sorted(path for path in out.rglob("*") if path.is_file())


def _write_pipeline(out: pathlib.Path, each: TinyPipeline, images: list[pathlib.Path], seed: int) -> None:
    model, classifiers = _seeded(each, images, seed)
    reference = _reference(each, model, classifiers)
    expected = [_expected(path, each, model, reference) for path in images]
    export_detector(model, graph_path(out, each.detector))
    for classifier, network in zip(each.classifiers, classifiers, strict=True):
        count = len(classifier.fixed_labels)
        graph = graph_path(out, classifier)
        # The filter's has none, as the graphs of an export without --features.
        told = classifier is each.pipeline.classifier
        export_classifier(network.eval(), classifier.input_size, count, graph, features=told)
        write_labels(out, classifier, list(classifier.fixed_labels))
    write_manifest(out, each.pipeline, each.detector, f"seed {seed}", WithFeatures(classifiers[-1]).count)
    _check(out, each, reference, images)
    document = {"made_with": _versions(), "input_step": _INPUT_STEP, "crop_step": _CROP_STEP, "images": expected}
    path = out / each.pipeline.slug / "expected.json"
    path.write_text(json.dumps(document) + "\n", encoding="utf-8")


def _write_images(folder: pathlib.Path) -> list[pathlib.Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for index, (name, (width, height)) in enumerate(_IMAGES.items()):
        path = folder / f"{name}.jpg"
        synthetic_image(_SEED + index, width, height, blobs=12).save(path, quality=88)
        paths.append(path)
    return paths


def _seeded(each: TinyPipeline, images: list[pathlib.Path], seed: int) -> tuple[FasterRCNN, list[nn.Module]]:
    with Image.open(images[0]) as image:
        model = each.build_detector(each.detector)
        seed_detector(model, seed, each.detector.score_threshold, image, passing=40)
    classifiers = []
    for index, classifier in enumerate(each.classifiers):
        network = each.builders[classifier.key](len(classifier.fixed_labels)).eval()
        seed_classifier(network, seed + index, _crops_to_seed(images, classifier))
        classifiers.append(network)
    return model, classifiers


def _crops_to_seed(images: list[pathlib.Path], classifier: Classifier) -> Tensor:
    boxes = [(x, y, x + 60, y + 50) for x in range(0, 200, 40) for y in range(0, 150, 50)]
    return torch.stack([make_crop(open_image(path), box, classifier) for path in images for box in boxes])


def _reference(each: TinyPipeline, model: FasterRCNN, classifiers: list[nn.Module]) -> TorchRunner:
    stages = [
        torch_stage(network, classifier, list(classifier.fixed_labels))
        for classifier, network in zip(each.classifiers, classifiers, strict=True)
    ]
    return TorchRunner(model, each.detector, stages[0] if len(stages) > 1 else None, stages[-1])


@torch.no_grad()
def _expected(path: pathlib.Path, each: TinyPipeline, model: FasterRCNN, reference: TorchRunner) -> dict:
    image = open_image(path)
    prepared, _ = model.transform([image])
    features = model.backbone(prepared.tensors)
    proposals, _ = model.rpn(prepared, features)
    (found,), _ = model.roi_heads(features, proposals, prepared.image_sizes)
    result = reference.analyse(path)
    _check_margins(result, each.detector)
    if not result.found:
        raise FixtureError(f"{each.pipeline.slug} finds nothing on {path.name}")
    return {
        "image": path.name,
        "height": image.shape[1],
        "width": image.shape[2],
        "resized": list(prepared.image_sizes[0]),
        "padded": list(prepared.tensors.shape[-2:]),
        "input": _numbers(prepared.tensors.flatten()[::_INPUT_STEP]),
        "candidates": {"boxes": [_numbers(box) for box in found["boxes"]], "scores": _numbers(found["scores"])},
        "first_crops": {
            classifier.key: _numbers(make_crop(image, result.found[0].box, classifier).flatten()[::_CROP_STEP])
            for classifier in each.classifiers
        },
        "found": [_found(found, each.pipeline.classifier.key) for found in result.found],
    }


def _found(found: Found, terminal: str) -> dict:
    return {
        "box": list(found.box),
        "score": _number(found.score or 0),
        "classifications": [_classification(each, each.algorithm == terminal) for each in found.classifications],
    }


def _classification(classification: Classification, is_terminal: bool) -> dict:
    features = [_number(value) for value in classification.features] if is_terminal else None
    return {
        "algorithm": classification.algorithm,
        "label": classification.label,
        "logits": [_number(value) for value in classification.logits],
        "scores": [_number(value) for value in classification.scores],
    } | ({} if features is None else {"features": features})


def _check(out: pathlib.Path, each: TinyPipeline, reference: TorchRunner, images: list[pathlib.Path]) -> None:
    graphs, comparison, labels = GraphRunner(out, each.pipeline, each.detector), Comparison(), set()
    for path in images:
        expected = reference.analyse(path)
        labels |= {answer.label for found in expected.found for answer in found.classifications}
        given = graphs.analyse(path)
        comparison.add(expected, given, lambda boxes, path=path: reference.classify(path, boxes), _OWN_LIMITS)
    violations = comparison.violations(_OWN_LIMITS)
    if violations:
        raise FixtureError(f"{each.pipeline.slug}: {'; '.join(violations + comparison.unmatched)}")
    if each.pipeline.binary_filter and not labels >= set(each.pipeline.binary_filter.fixed_labels):
        raise FixtureError(f"{each.pipeline.slug}: the filter says only {labels}")
    print(f"{each.pipeline.slug}: labels {sorted(labels)}\n{comparison.summary()}")


def _check_margins(result: ImageResult, detector: Detector) -> None:
    for found in result.found:
        if (found.score or 0) - detector.score_threshold < 2e-4:
            raise FixtureError(f"{result.image}: a box scores {found.score}, too near to {detector.score_threshold}")
        if any(answer.margin < 1e-3 for answer in found.classifications):
            raise FixtureError(f"{result.image}: two labels of {found.box} are too near to each other")


def _numbers(values: Tensor) -> list[float]:
    return [_number(value) for value in values.tolist()]


def _number(value: float) -> float:
    # Nine digits bring every float32 back.
    return float(f"{value:.9g}")


def _versions() -> dict[str, str]:
    modules = {"torch": torch, "torchvision": torchvision, "timm": timm, "pillow": PIL}
    return {name: str(module.__version__) for name, module in modules.items()}
