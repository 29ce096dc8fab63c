"""Which level of the feature pyramid a region is pooled from."""

from __future__ import annotations

import torch
from torchvision.ops.poolers import LevelMapper


def level_limits(mapper: LevelMapper, lowest: int, highest: int) -> list[float]:
    """The least side (square root of the area) of each level above the lowest, exactly as the mapper has it.

    The mapper takes a logarithm, which another library may round otherwise; comparing with the least float32 that the
    mapper puts on a level gives its answer everywhere. The floats are searched by halving, as they are ordered.
    """
    return [_least_side(mapper, level - lowest) for level in range(lowest + 1, highest + 1)]


def _least_side(mapper: LevelMapper, level: int) -> float:
    # Bit patterns of positive floats are ordered as the floats are.
    low, high = (torch.tensor(side).view(torch.int32).item() for side in (1e-3, 1e6))
    while low < high:
        middle = (low + high) // 2
        side = torch.tensor(middle, dtype=torch.int32).view(torch.float32)
        if _level(mapper, side) >= level:
            high = middle
        else:
            low = middle + 1
    return torch.tensor(low, dtype=torch.int32).view(torch.float32).item()


def _level(mapper: LevelMapper, side: torch.Tensor) -> int:
    # The mapper's formula from the side on; it gets there from the area by a correctly rounded square root.
    raw = torch.floor(mapper.lvl0 + torch.log2(side[None] / mapper.s0) + torch.tensor(mapper.eps))
    return int(torch.clamp(raw, min=mapper.k_min, max=mapper.k_max).item()) - mapper.k_min
