"""A Faster R-CNN that takes a whole batch through each step at once, so that one graph serves any batch and any size.

torchvision walks through the images of a batch in Python: traced, that becomes one copy of the heads for each image. Here
every step is one operation on the batch. The steps and the numbers are torchvision's (region proposals, non-maximum
suppression for each image and level, RoIAlign by level, the box head, and suppression again); what differs is the order of
work where it cannot change a result:

- only the anchors that survive the top-k of their level are made and decoded;
- regions are sorted by level once, pooled, and stay in that order through the box head, so no pooled feature is copied;
- only the columns of the one foreground class are decoded.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torchvision
from torch import Tensor, nn
from torchvision.models.detection import _utils as detection_utils
from torchvision.models.detection.faster_rcnn import FasterRCNN
from torchvision.ops.poolers import LevelMapper

from antenna_export.levels import level_limits

_RPN_MINIMUM = 1e-3
_BOX_MINIMUM = 1e-2
_NEVER = -1.0  # The score of a candidate that is out; no real score is below zero.


class BatchedFasterRCNN(nn.Module):
    """Inputs `images` (N×3×H×W, prepared, padded) and `image_size` (height and width of the part that is image).

    Gives boxes (M×4, pixels of the input), scores (M) and the image of each box (M); best first within an image.
    """

    def __init__(self, model: FasterRCNN) -> None:
        super().__init__()
        if model.roi_heads.box_predictor.cls_score.out_features != 2:
            raise ValueError("the graph is for one foreground class")
        self.backbone = model.backbone
        self.proposals = RegionProposals(model)
        self.boxes = RegionBoxes(model)

    def forward(self, images: Tensor, image_size: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        features = self.backbone(images)
        limits = torch.stack([image_size[1], image_size[0], image_size[1], image_size[0]]).to(images.dtype)
        proposals, scores = self.proposals(images, list(features.values()), limits)
        return self.boxes(features, proposals, scores, limits)


class RegionProposals(nn.Module):
    """Boxes that may hold something: N×P×4 and their scores N×P, `_NEVER` where a place is empty."""

    def __init__(self, model: FasterRCNN) -> None:
        super().__init__()
        rpn = model.rpn
        self.head = rpn.head
        self.cells = [cell.clone() for cell in rpn.anchor_generator.cell_anchors]
        self.before, self.after = rpn.pre_nms_top_n(), rpn.post_nms_top_n()
        self.overlap, self.least_score = rpn.nms_thresh, rpn.score_thresh

    def forward(self, images: Tensor, features: list[Tensor], limits: Tensor) -> tuple[Tensor, Tensor]:
        boxes, logits, levels = [], [], []
        for level, (objectness, deltas, cells) in enumerate(zip(*self.head(features), self.cells, strict=True)):
            best, box = self._candidates(images, objectness, deltas, cells)
            logits.append(best)
            boxes.append(box)
            levels.append(torch.full_like(best[0], level))
        box = _clip(torch.cat(boxes, 1), limits)
        score = torch.sigmoid(torch.cat(logits, 1))
        fits = _is_large(box, _RPN_MINIMUM) & (score >= self.least_score)
        score = torch.where(fits, score, torch.full_like(score, _NEVER))
        # A class for each level: suppression is done apart for each.
        of_level = torch.cat(levels)[None, :] == torch.arange(len(levels), device=box.device)[:, None].to(box.dtype)
        by_level = torch.where(of_level[None], score[:, None, :], torch.full_like(score[:, None, :], _NEVER))
        return _best_after_suppression(box, score, by_level, self.overlap, self.after)

    def _candidates(self, images: Tensor, objectness: Tensor, deltas: Tensor, cells: Tensor) -> tuple[Tensor, Tensor]:
        """The best anchors of one level: their logits (N×K) and their boxes after regression (N×K×4)."""
        count, per_place = images.shape[0], cells.shape[0]
        height, width = objectness.shape[2], objectness.shape[3]
        flat = objectness.permute(0, 2, 3, 1).reshape(count, -1)
        best, index = flat.topk(detection_utils._topk_min(flat, self.before, 1), dim=1)
        # N×(A·4)×h×w to N×(h·w·A)×4: the order of the anchors.
        deltas = deltas.reshape(count, per_place, 4, height, width).permute(0, 3, 4, 1, 2).reshape(count, -1, 4)
        deltas = deltas.gather(1, index[:, :, None].expand(-1, -1, 4))
        place = torch.div(index, per_place, rounding_mode="floor")
        row = torch.div(place, width, rounding_mode="floor")
        column = place - row * width
        x = column * torch.div(images.shape[3], width, rounding_mode="floor")
        y = row * torch.div(images.shape[2], height, rounding_mode="floor")
        anchors = torch.stack([x, y, x, y], 2).to(deltas.dtype) + cells.to(deltas)[index - place * per_place]
        return best, decode(deltas, anchors, (1.0, 1.0, 1.0, 1.0))


class RegionBoxes(nn.Module):
    """Pools each region, judges it, and keeps the best boxes of each image."""

    def __init__(self, model: FasterRCNN) -> None:
        super().__init__()
        heads = model.roi_heads
        self.head, self.predictor = heads.box_head, heads.box_predictor
        self.output_size = heads.box_roi_pool.output_size
        self.sampling_ratio = heads.box_roi_pool.sampling_ratio
        self.weights = heads.box_coder.weights
        self.overlap, self.least_score = heads.nms_thresh, heads.score_thresh
        self.most = heads.detections_per_img
        scales = feature_scales(model.backbone, heads.box_roi_pool.featmap_names)
        exponents = [round(-math.log2(scale)) for scale in scales.values()]
        lowest, highest = exponents[0], exponents[-1]
        # Levels are counted by scale: of two maps of one scale (MobileNet's) the second is never pooled from.
        self.maps = list(scales.items())[: highest - lowest + 1]
        pool = heads.box_roi_pool
        mapper = LevelMapper(lowest, highest, pool.canonical_scale, pool.canonical_level)
        self.limits = level_limits(mapper, lowest, highest)

    def forward(
        self, features: dict[str, Tensor], proposals: Tensor, scores: Tensor, limits: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        count, places = scores.shape[0], scores.shape[1]
        flat = torch.nonzero(scores.reshape(-1) > _NEVER)[:, 0]
        regions = proposals.reshape(-1, 4)[flat]
        image = torch.div(flat, places, rounding_mode="floor")
        pooled, order = self._pool(features, regions, image)
        logits, deltas = self.predictor(self.head(pooled))
        flat, regions = flat[order], regions[order]
        box = _clip(decode(deltas[:, 4:8], regions, self.weights), limits)
        score = torch.softmax(logits, -1)[:, 1]
        fits = (score > self.least_score) & _is_large(box, _BOX_MINIMUM)
        score = torch.where(fits, score, torch.full_like(score, _NEVER))
        # Back to a row for each image, in which suppression can be done for all images at once.
        all_scores = torch.full_like(scores.reshape(-1), _NEVER).scatter(0, flat, score).reshape(count, places)
        all_boxes = torch.zeros_like(proposals.reshape(-1, 4)).scatter(0, flat[:, None].expand(-1, 4), box)
        all_boxes = all_boxes.reshape(count, places, 4)
        box, score = _best_after_suppression(all_boxes, all_scores, all_scores[:, None, :], self.overlap, self.most)
        found = torch.nonzero(score > _NEVER)
        return box[found[:, 0], found[:, 1]], score[found[:, 0], found[:, 1]], found[:, 0]

    def _pool(self, features: dict[str, Tensor], regions: Tensor, image: Tensor) -> tuple[Tensor, Tensor]:
        """The pooled features, level by level, and which region each is of."""
        side = torch.sqrt((regions[:, 2] - regions[:, 0]) * (regions[:, 3] - regions[:, 1]))
        level = torch.zeros_like(image)
        for limit in self.limits:
            level = level + (side >= limit).to(level.dtype)
        rois = torch.cat([image[:, None].to(regions.dtype), regions], 1)
        pooled, order = [], []
        for index, (name, scale) in enumerate(self.maps):
            here = torch.nonzero(level == index)[:, 0]
            order.append(here)
            pooled.append(torchvision.ops.roi_align(features[name], rois[here], self.output_size, scale, self.sampling_ratio))
        return torch.cat(pooled), torch.cat(order)


def decode(deltas: Tensor, boxes: Tensor, weights: tuple[float, float, float, float]) -> Tensor:
    """Moves and grows boxes (…×4) by the regression's output (…×4); R-CNN's parametrisation, clamped like torchvision's."""
    size = boxes[..., 2:] - boxes[..., :2]
    centre = boxes[..., :2] + 0.5 * size
    shift = deltas[..., :2] / torch.tensor(weights[:2])
    growth = torch.clamp(deltas[..., 2:] / torch.tensor(weights[2:]), max=math.log(1000.0 / 16))
    new_centre = shift * size + centre
    half = 0.5 * (torch.exp(growth) * size)
    return torch.cat([new_centre - half, new_centre + half], -1)


def feature_scales(backbone: nn.Module, names: list[str]) -> dict[str, float]:
    """How much smaller than the image those of the named feature maps are that there are: 1/4, 1/8 …"""
    side = 256
    with torch.no_grad():
        features = backbone(torch.zeros(1, 3, side, side))
    return {name: 2.0 ** round(math.log2(feature.shape[-1] / side)) for name, feature in features.items() if name in names}


def _clip(boxes: Tensor, limits: Tensor) -> Tensor:
    return torch.minimum(boxes.clamp(min=0), limits)


def _is_large(boxes: Tensor, least: float) -> Tensor:
    return (boxes[..., 2] - boxes[..., 0] >= least) & (boxes[..., 3] - boxes[..., 1] >= least)


def _best_after_suppression(boxes: Tensor, scores: Tensor, by_class: Tensor, overlap: float, most: int) -> tuple[Tensor, Tensor]:
    """The best `most` boxes of each image that no better one of its class overlaps; empty places score `_NEVER`."""
    count, places = scores.shape[0], scores.shape[1]
    selected = _NonMaxSuppression.apply(boxes, by_class, overlap, most)
    kept = torch.zeros_like(scores.reshape(-1)).scatter(
        0, selected[:, 0] * places + selected[:, 2], torch.ones_like(selected[:, 0]).to(scores.dtype)
    )
    left = torch.where(kept.reshape(count, -1) > 0, scores, torch.full_like(scores, _NEVER))
    best, index = left.topk(detection_utils._topk_min(left, most, 1), dim=1)
    return boxes.gather(1, index[:, :, None].expand(-1, -1, 4)), best


class _NonMaxSuppression(torch.autograd.Function):
    """ONNX's operator, for boxes N×K×4 and scores N×C×K; gives rows of image, class and box."""

    @staticmethod
    def forward(_context: Any, boxes: Tensor, scores: Tensor, overlap: float, most: int) -> Tensor:
        rows = [torch.zeros(0, 3, dtype=torch.int64)]
        for image in range(scores.shape[0]):
            for class_ in range(scores.shape[1]):
                there = torch.nonzero(scores[image, class_] > _NEVER / 2)[:, 0]
                kept = torchvision.ops.nms(boxes[image, there], scores[image, class_, there], overlap)
                index = there[kept[:most]]
                rows.append(torch.stack([torch.full_like(index, image), torch.full_like(index, class_), index], 1))
        return torch.cat(rows)

    @staticmethod
    def symbolic(g: Any, boxes: Any, scores: Any, overlap: float, most: int) -> Any:
        return g.op(
            "NonMaxSuppression",
            boxes,
            scores,
            g.op("Constant", value_t=torch.tensor([most], dtype=torch.int64)),
            g.op("Constant", value_t=torch.tensor([overlap], dtype=torch.float32)),
            g.op("Constant", value_t=torch.tensor([_NEVER / 2], dtype=torch.float32)),
        )
