"""Builds the PyTorch models whose published checkpoints fit: same layers, same names of parameters."""

from __future__ import annotations

import pathlib
import warnings

import timm
import torch
import torchvision
from torch import nn
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import _mobilenet_extractor, _resnet_fpn_extractor
from torchvision.models.detection.faster_rcnn import FasterRCNN
from torchvision.ops.misc import FrozenBatchNorm2d

from antenna_export.catalogue import Algorithm, Classifier, ClassifierKind, Detector, DetectorKind

_CLASSES = 2  # Background and insect.


class CheckpointError(Exception):
    """A checkpoint that does not fit its architecture or its category map."""


class PooledTrunk(nn.Module):
    """torchvision's ResNet-50 up to its last convolution, averaged, and a linear layer without bias."""

    def __init__(self, class_count: int) -> None:
        super().__init__()
        resnet = torchvision.models.resnet50(weights=None)
        self.backbone = nn.Sequential(*list(resnet.children())[:-2])
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(resnet.fc.in_features, class_count, bias=False)

    def forward(self, crops: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.avgpool(self.backbone(crops)).flatten(1))


class WithFeatures(nn.Module):
    """A classifier that answers with what reaches its last layer, too: its features."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        # A new module trains, and who puts it back into that mode takes the model along.
        self.train(model.training)

    @property
    def count(self) -> int:
        """How many features a crop has."""
        return last_layer(self.model).in_features

    def forward(self, crops: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        seen: list[torch.Tensor] = []
        handle = last_layer(self.model).register_forward_pre_hook(lambda _layer, inputs: seen.append(inputs[0]))
        try:
            logits = self.model(crops)
        finally:
            handle.remove()
        return logits, seen[0]


def build_detector(detector: Detector) -> FasterRCNN:
    """The detector without its weights, in evaluation mode."""
    match detector.kind:
        case DetectorKind.RESNET50_FPN:
            trunk = torchvision.models.resnet50(weights=None, norm_layer=FrozenBatchNorm2d)
            backbone = _resnet_fpn_extractor(trunk, trainable_layers=3)
            anchors = None
        case DetectorKind.MOBILENET_V3_LARGE_FPN:
            trunk = torchvision.models.mobilenet_v3_large(weights=None, norm_layer=nn.BatchNorm2d)
            backbone = _mobilenet_extractor(trunk, True, 6)
            anchors = AnchorGenerator(((64, 128, 256, 512),) * 3, ((0.5, 1.0, 2.0),) * 3)
    model = FasterRCNN(
        backbone,
        _CLASSES,
        min_size=detector.shorter_side,
        max_size=detector.longer_side_max,
        rpn_anchor_generator=anchors,
        rpn_score_thresh=detector.rpn_score_threshold,
        box_detections_per_img=detector.max_detections,
    )
    return model.eval()


def build_classifier(classifier: Classifier, class_count: int) -> nn.Module:
    """The classifier without its weights, in evaluation mode."""
    match classifier.kind:
        case ClassifierKind.TORCHVISION_RESNET50:
            model = torchvision.models.resnet50(weights=None, num_classes=class_count)
        case ClassifierKind.TIMM_RESNET50:
            model = timm.create_model("resnet50", pretrained=False, num_classes=class_count)
        case ClassifierKind.RESNET50_TRUNK_BIAS_FREE:
            model = PooledTrunk(class_count)
        case ClassifierKind.TIMM_CONVNEXT_TINY:
            # The checkpoint's own name for it, `convnext_tiny_in22k`, is an alias of this one.
            model = timm.create_model("convnext_tiny.fb_in22k", pretrained=False, num_classes=class_count)
    return model.eval()


def last_layer(model: nn.Module) -> nn.Linear:
    """The linear layer that makes a classifier's logits."""
    return [module for module in model.modules() if isinstance(module, nn.Linear)][-1]


def load_checkpoint(model: nn.Module, path: pathlib.Path, algorithm: Algorithm) -> None:
    """Fills a model with a published checkpoint; all names and shapes must fit.

    Only tensors and plain values are unpickled, so a checkpoint cannot run code.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch.load fails in many ways, all of which mean this.
        raise CheckpointError(f"{path} is no checkpoint of tensors ({error})") from error
    state = checkpoint.get("model_state_dict") or checkpoint
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise CheckpointError(f"{path} does not fit {algorithm.name!r}: {error}") from error
