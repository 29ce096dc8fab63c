"""Detectors and classifiers of a few thousand parameters, of the same building blocks as the published ones."""

from __future__ import annotations

from timm.models.convnext import ConvNeXt
from timm.models.resnet import Bottleneck, ResNet
from torch import Tensor, nn
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.faster_rcnn import FasterRCNN, FastRCNNPredictor, TwoMLPHead
from torchvision.ops import FeaturePyramidNetwork, MultiScaleRoIAlign
from torchvision.ops.feature_pyramid_network import LastLevelMaxPool
from torchvision.ops.misc import FrozenBatchNorm2d

from antenna_export.catalogue import Detector

_CHANNELS = 12
_POOLED = 7
_HIDDEN = 32


class TinyBackbone(nn.Module):
    """Convolutions and a feature pyramid; the maps' scales are 1/4, 1/8 … or as `strides` says."""

    def __init__(self, strides: tuple[int, ...], norm: type[nn.Module]) -> None:
        super().__init__()
        self.out_channels = _CHANNELS
        widths = [8 + 4 * index for index in range(len(strides))]
        self.stem = _block(3, 8, 2, norm)
        self.stages = nn.ModuleList(
            _block(before, after, stride, norm) for before, after, stride in zip([8, *widths], widths, strides, strict=False)
        )
        self.fpn = FeaturePyramidNetwork(widths, _CHANNELS, LastLevelMaxPool())

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        features, maps = self.stem(images), {}
        for index, stage in enumerate(self.stages):
            features = stage(features)
            maps[str(index)] = features
        return self.fpn(maps)


class TinyTrunk(nn.Module):
    """A ResNet of four bottlenecks, averaged, and a linear layer without bias."""

    def __init__(self, class_count: int) -> None:
        super().__init__()
        self.backbone = tiny_resnet(0)
        self.classifier = nn.Linear(self.backbone.num_features, class_count, bias=False)

    def forward(self, crops: Tensor) -> Tensor:
        return self.classifier(self.backbone(crops))


def tiny_resnet(class_count: int) -> nn.Module:
    """timm's ResNet with one narrow bottleneck a stage."""
    return ResNet(Bottleneck, (1, 1, 1, 1), num_classes=class_count, channels=(4, 6, 8, 10), stem_width=8).eval()


def tiny_convnext(class_count: int) -> nn.Module:
    """timm's ConvNeXt with one narrow block a stage."""
    return ConvNeXt(depths=(1, 1, 1, 1), dims=(8, 12, 16, 20), num_classes=class_count).eval()


def tiny_pyramid_detector(detector: Detector) -> FasterRCNN:
    """Like the ResNet-50 detector: four levels to pool from, one anchor size each, frozen normalisation."""
    sizes = ((16,), (32,), (64,), (128,), (256,))
    return _detector(detector, TinyBackbone((2, 2, 2, 2), FrozenBatchNorm2d), sizes, canonical_scale=48)


def tiny_single_level_detector(detector: Detector) -> FasterRCNN:
    """Like the MobileNet detector: two maps of one scale, of which one is pooled from, and many anchors a place."""
    sizes = ((16, 32, 64, 128),) * 3
    return _detector(detector, TinyBackbone((8, 1), nn.BatchNorm2d), sizes, canonical_scale=224)


def _detector(detector: Detector, backbone: nn.Module, sizes: tuple[tuple[int, ...], ...], canonical_scale: int) -> FasterRCNN:
    names = [str(index) for index in range(len(sizes) - 1)]
    return FasterRCNN(
        backbone,
        min_size=detector.shorter_side,
        max_size=detector.longer_side_max,
        rpn_anchor_generator=AnchorGenerator(sizes, ((0.5, 1.0, 2.0),) * len(sizes)),
        rpn_score_thresh=detector.rpn_score_threshold,
        rpn_pre_nms_top_n_test=150,
        rpn_post_nms_top_n_test=120,
        box_roi_pool=MultiScaleRoIAlign(names, _POOLED, 2, canonical_scale=canonical_scale),
        box_head=TwoMLPHead(_CHANNELS * _POOLED**2, _HIDDEN),
        box_predictor=FastRCNNPredictor(_HIDDEN, 2),
        box_detections_per_img=detector.max_detections,
    ).eval()


def _block(before: int, after: int, stride: int, norm: type[nn.Module]) -> nn.Sequential:
    convolution = nn.Conv2d(before, after, 3, stride, 1, bias=False)
    return nn.Sequential(convolution, norm(after), nn.ReLU(inplace=True))
