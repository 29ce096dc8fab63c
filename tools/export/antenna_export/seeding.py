"""Seeded weights that behave: for rehearsing everything without the published ones.

Freshly initialised networks are no test of a pipeline: activations explode through the layers, every region scores the same,
no box or all boxes pass. And a residual network of them amplifies rounding: PyTorch's own answer is 1e-5 from that in double
precision, so that overlapping regions of nearly equal score change places, and other ones survive suppression. So the branches
of residual blocks are scaled to a quarter, as training leaves them (then it is 1e-6), and three things are set from one
synthetic image, drawn from the same seed (a pale sheet with dark blobs on it, like a trap's screen):

1. every batch normalisation gets the mean and variance of what reaches it, as training would have done;
2. the region proposals' objectness is scaled to a spread of 2, so that an order by score exists that survives rounding, and
   the regressions of boxes to spreads as trained ones have, so that boxes stay near the places they are judged by;
3. the last layer is scaled and shifted: a detector's so that its best `PASSING` regions (before suppression) are above the
   pipeline's threshold, a classifier's so that logits spread by 3 and no class is preferred.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFilter
from torch import Tensor, nn
from torchvision.models.detection.faster_rcnn import FasterRCNN
from torchvision.ops.misc import FrozenBatchNorm2d

from antenna_export.architectures import last_layer

PASSING = 150
_MARGIN_SPREAD = 1.0
_LOGIT_SPREAD = 3.0
_OBJECTNESS_SPREAD = 2.0
_PROPOSAL_SPREAD = 0.1
_BOX_SPREAD = 0.3
_BRANCH_SCALE = 0.25


def synthetic_image(seed: int, width: int, height: int, blobs: int) -> Image.Image:
    """A pale sheet, unevenly lit, with dark moth-like blobs: two wings and a body each."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:height, 0:width]
    light = 190 + 40 * np.sin(columns / width * 2.1 + 0.4) * np.cos(rows / height * 1.3)
    tint = np.array([1.0, 0.97, 0.9])
    sheet = light[:, :, None] * tint + rng.normal(0, 3, (height, width, 3))
    image = Image.fromarray(np.clip(sheet, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(blobs):
        size = math.exp(rng.uniform(math.log(0.02), math.log(0.12))) * min(width, height)
        x, y = rng.uniform(size, width - size), rng.uniform(size, height - size)
        colour = tuple(int(value) for value in rng.uniform(20, 140, 3))
        wing = rng.uniform(0.5, 1.0) * size
        for side in (-1, 1):
            left, right = sorted((x, x + side * size))
            draw.ellipse((left, y - wing / 2, right, y + wing / 2), fill=colour)
        draw.ellipse((x - size / 6, y - size / 2, x + size / 6, y + size / 2), fill=tuple(c // 2 for c in colour))
    return image.filter(ImageFilter.GaussianBlur(0.8))


def as_tensor(image: Image.Image) -> Tensor:
    """An image as torchvision's ToTensor gives it: 3×H×W, 0 to 1."""
    pixels = np.asarray(image.convert("RGB"), np.uint8)
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1).to(torch.float32) / 255


@torch.no_grad()
def seed_detector(model: FasterRCNN, seed: int, threshold: float, image: Image.Image, passing: int = PASSING) -> None:
    """Gives a detector seeded weights under which `passing` regions of `image` pass `threshold`."""
    _initialise(model, seed)
    pixels = [as_tensor(image)]
    with _measured_norms(model):
        model(pixels)
    proposals, predictor = model.rpn.head, model.roi_heads.box_predictor
    with _recorded(proposals.cls_logits) as objectness, _recorded(proposals.bbox_pred) as shifts:
        model(pixels)
    _standardise(proposals.cls_logits, objectness, _OBJECTNESS_SPREAD)
    _standardise(proposals.bbox_pred, shifts, _PROPOSAL_SPREAD)
    with _recorded(predictor.cls_score) as logits, _recorded(predictor.bbox_pred) as shifts:
        model(pixels)
    _standardise(predictor.bbox_pred, shifts, _BOX_SPREAD)
    margin = logits[0][:, 1] - logits[0][:, 0]
    least = margin.sort(descending=True).values[min(passing, len(margin) - 1)]
    needed = math.log(threshold / (1 - threshold))
    factor = _MARGIN_SPREAD / margin.std()
    predictor.cls_score.weight *= factor
    predictor.cls_score.bias *= factor
    predictor.cls_score.bias[1] += needed - least * factor


@torch.no_grad()
def seed_classifier(model: nn.Module, seed: int, crops: Tensor) -> None:
    """Gives a classifier seeded weights under which `crops` and their like get different labels."""
    _initialise(model, seed)
    with _measured_norms(model):
        model(crops)
    logits = model(crops)
    head = last_layer(model)
    if head.bias is None:
        head.weight *= _LOGIT_SPREAD / logits.std()
        return
    # What differs between crops counts, not what a class gets from all of them.
    common = logits.mean(0)
    factor = _LOGIT_SPREAD / (logits - common).std()
    head.weight *= factor
    head.bias.copy_((head.bias - common) * factor)


def _initialise(model: nn.Module, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        if name.endswith("gamma"):
            parameter.data.fill_(_BRANCH_SCALE)  # ConvNeXt's layer scale begins at 1e-6: blocks that do nothing.
        elif parameter.dim() > 1:
            fan_in = parameter[0].numel()
            parameter.data.normal_(0, math.sqrt(2 / fan_in), generator=generator)
        elif name.endswith("bias"):
            parameter.data.normal_(0, 0.02, generator=generator)
        else:
            parameter.data.uniform_(0.8, 1.2, generator=generator)
    for name, module in model.named_modules():
        if isinstance(module, FrozenBatchNorm2d):
            module.weight.uniform_(0.8, 1.2, generator=generator)
            module.bias.normal_(0, 0.02, generator=generator)
        if name.endswith("bn3"):
            module.weight.data *= _BRANCH_SCALE


@contextlib.contextmanager
def _measured_norms(model: nn.Module) -> Iterator[None]:
    def measure(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        norm.running_mean.copy_(inputs[0].mean((0, 2, 3)))
        norm.running_var.copy_(inputs[0].var((0, 2, 3)).clamp(min=1e-3))

    norms = [module for module in model.modules() if isinstance(module, FrozenBatchNorm2d | nn.BatchNorm2d)]
    with _hooks([norm.register_forward_pre_hook(measure) for norm in norms]):
        yield


@contextlib.contextmanager
def _recorded(module: nn.Module) -> Iterator[list[Tensor]]:
    seen: list[Tensor] = []

    def keep(_module: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        seen.append(output.detach())

    with _hooks([module.register_forward_hook(keep)]):
        yield seen


@contextlib.contextmanager
def _hooks(handles: list[torch.utils.hooks.RemovableHandle]) -> Iterator[None]:
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _standardise(layer: nn.Conv2d | nn.Linear, outputs: list[Tensor], spread: float) -> None:
    """Makes the layer's outputs, as seen, have mean 0 and the given standard deviation."""
    values = torch.cat([output.flatten() for output in outputs])
    factor = spread / values.std()
    layer.weight *= factor
    layer.bias.copy_((layer.bias - values.mean()) * factor)
