"""What there is to export: detectors, classifiers and the pipelines made of them, as plain data (no PyTorch here)."""

from __future__ import annotations

import dataclasses
import enum
import string
from collections.abc import Mapping

_HOST = "https://object-arbutus.cloud.computecanada.ca/ami-models"
_MOTHS = f"{_HOST}/moths/classification"

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
HALF = (0.5, 0.5, 0.5)


class CatalogueError(Exception):
    """A name that is not in the catalogue; the message lists those that are."""


class DetectorKind(enum.Enum):
    """The two detector architectures."""

    RESNET50_FPN = "fasterrcnn_resnet50_fpn"
    MOBILENET_V3_LARGE_FPN = "fasterrcnn_mobilenet_v3_large_fpn"


class ClassifierKind(enum.Enum):
    """The four classifier architectures."""

    TORCHVISION_RESNET50 = "torchvision resnet50"
    TIMM_RESNET50 = "timm resnet50"
    RESNET50_TRUNK_BIAS_FREE = "torchvision resnet50 trunk, pooled, and a linear layer without bias"
    TIMM_CONVNEXT_TINY = "timm convnext_tiny"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Algorithm:
    """What every algorithm says of itself."""

    name: str
    description: str
    weights_url: str
    version: int = 1

    @property
    def key(self) -> str:
        """Antenna's key of the algorithm, by the rule the servers know it under."""
        return slug(self.name)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Detector(Algorithm):
    """A detector: boxes with a score above the threshold count, at most `max_detections` an image."""

    kind: DetectorKind
    score_threshold: float
    max_detections: int = 500
    rpn_score_threshold: float = 0.0
    shorter_side: int = 800
    longer_side_max: int = 1333


@dataclasses.dataclass(frozen=True, kw_only=True)
class Classifier(Algorithm):
    """A classifier of square crops.

    `class_count` is what the description or the labels say; None where only the downloaded category map tells.
    """

    kind: ClassifierKind
    labels_url: str
    input_size: int = 128
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    class_count: int | None = None
    fixed_labels: tuple[str, ...] = ()
    taxon_rank: str = "SPECIES"
    looks_up_gbif_names: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pipeline:
    """A slug and its stages; `binary_filter` is None where every detection is classified."""

    slug: str
    classifier: Classifier
    binary_filter: Classifier | None


def slug(name: str) -> str:
    """The key of a name: lower case, blanks as underscores, letters and digits, no double underscore from one pass."""
    allowed = frozenset(string.ascii_letters + string.digits + "_")
    kept = "".join(character for character in name.replace(" ", "_").lower() if character in allowed)
    return kept.strip("_").replace("__", "_")


DETECTORS: Mapping[str, Detector] = {
    "2023": Detector(
        name="FasterRCNN for AMI Moth Traps 2023",
        description="Finds moths on trap screens; trained in 2023 on GBIF and synthetic images. Slow without a GPU.",
        weights_url=f"{_HOST}/moths/localization/fasterrcnn_resnet50_fpn_tz53qv9v.pt",
        kind=DetectorKind.RESNET50_FPN,
        score_threshold=0.80,
    ),
    "2021": Detector(
        name="FasterRCNN for AMI Moth Traps 2021",
        description="Finds moths on trap screens; trained in 2021 on images of moth traps. Slow without a GPU.",
        weights_url=f"{_HOST}/moths/localization/v1_localizmodel_2021-08-17-12-06.pt",
        kind=DetectorKind.RESNET50_FPN,
        score_threshold=0.99,
    ),
    "mobilenet_2023": Detector(
        name="FasterRCNN - MobileNet for AMI Moth Traps 2023",
        description="Finds moths on trap screens, much faster and a little less exactly; trained like the 2023 model.",
        weights_url=f"{_HOST}/moths/localization/fasterrcnn_mobilenet_v3_large_fpn_uqfh7u9w.pt",
        kind=DetectorKind.MOBILENET_V3_LARGE_FPN,
        score_threshold=0.50,
        rpn_score_threshold=0.05,
    ),
}

BINARY_FILTER = Classifier(
    name="Moth / Non-Moth Classifier",
    description="Trained on April 17, 2024",
    weights_url=f"{_MOTHS}/moth-nonmoth_resnet50_20240417_b4fe3efe.pth",
    labels_url=f"{_MOTHS}/05-moth-nonmoth_category_map.json",
    kind=ClassifierKind.TORCHVISION_RESNET50,
    class_count=2,
    fixed_labels=("moth", "nonmoth"),
    taxon_rank="SUPERFAMILY",
)
PASSING_LABEL = "moth"


def _regional(region: str, run: str, count: int, weights: str, category_map: str) -> Classifier:
    return Classifier(
        name=f"{region} Species Classifier - Apr 2024",
        description=f"Trained on April 17, 2024 for {count:,} species. https://wandb.ai/moth-ai/{run}/overview",
        weights_url=f"{_MOTHS}/{weights}",
        labels_url=f"{_MOTHS}/{category_map}",
        kind=ClassifierKind.TIMM_RESNET50,
        class_count=count,
    )


def _turing(region: str, trained: str, weights: str, category_map: str) -> Classifier:
    return Classifier(
        name=f"Turing {region} Species Classifier",
        description=f"Trained by the Turing team on {trained} (ResNet50).",
        weights_url=f"{_MOTHS}/{weights}",
        labels_url=f"{_MOTHS}/{category_map}",
        kind=ClassifierKind.RESNET50_TRUNK_BIAS_FREE,
        input_size=300,
        mean=HALF,
        std=HALF,
    )


def _pipeline(slug_: str, classifier: Classifier, *, filtered: bool = True) -> Pipeline:
    return Pipeline(slug=slug_, classifier=classifier, binary_filter=BINARY_FILTER if filtered else None)


_ALL = (
    _pipeline(
        "panama_moths_2023",
        Classifier(
            name="Panama Species Classifier 2023",
            description="Trained on November 11th, 2023 with a corrected list of 1060 species.",
            weights_url=f"{_MOTHS}/panama_resetnet50_best_5aeb515a.pth",
            labels_url=f"{_MOTHS}/03_moths_centralAmerica_category_map-202311110-with-names.json",
            kind=ClassifierKind.TORCHVISION_RESNET50,
            class_count=1060,
            looks_up_gbif_names=True,
        ),
    ),
    _pipeline(
        "panama_moths_2024",
        _regional(
            "Panama",
            "ami-gbif-fine-grained/runs/1sekgkan",
            636,
            "panama_resnet50_baseline_20240417_edbb46dd.pth",
            "03_ami-gbif_fine-grained_c-america_category_map-with_names.json",
        ),
    ),
    _pipeline(
        "quebec_vermont_moths_2023",
        _regional(
            "Quebec & Vermont",
            "ami-gbif-fine-grained/runs/1x53zmp2",
            2497,
            "quebec-vermont_resnet50_baseline_20240417_950de764.pth",
            "01_ami-gbif_fine-grained_ne-america_category_map-with_names.json",
        ),
    ),
    _pipeline(
        "uk_denmark_moths_2023",
        _regional(
            "UK & Denmark",
            "ami-gbif-fine-grained/runs/x5u7jcbf",
            2603,
            "uk-denmark_resnet50_baseline_20240417_55250a8b.pth",
            "02_ami-gbif_fine-grained_w-europe_category_map-with_names.json",
        ),
    ),
    _pipeline(
        "costa_rica_moths_turing_2024",
        _turing(
            "Costa Rica",
            "4th June 2024",
            "turing-costarica_v03_resnet50_2024-06-04-16-17_state.pt",
            "03_costarica_data_category_map.json",
        ),
    ),
    _pipeline(
        "anguilla_moths_turing_2024",
        _turing(
            "Anguilla",
            "28th June 2024",
            "turing-anguilla_v01_resnet50_2024-06-28-17-01_state.pt",
            "01_anguilla_data_category_map.json",
        ),
    ),
    _pipeline(
        "kenya-uganda_moths_turing_2024",
        _turing(
            "Kenya and Uganda",
            "19th November 2024",
            "turing-kenya-uganda_v01_resnet50_2024-11-19-18-44_state.pt",
            "01_kenya-uganda_data_category_map.json",
        ),
    ),
    _pipeline(
        "global_moths_2024",
        Classifier(
            name="Global Species Classifier - Aug 2024",
            description=(
                "Trained on August 28th, 2024 for 29,176 species. "
                "https://wandb.ai/moth-ai/global-moth-classifier/runs/h0cuqrbc/overview"
            ),
            weights_url=f"{_MOTHS}/global_resnet50_20240828_b06d3b3a.pth",
            labels_url=f"{_MOTHS}/global_category_map_with_names_20240828.json",
            kind=ClassifierKind.TIMM_RESNET50,
            class_count=29176,
        ),
    ),
    _pipeline("moth_binary", BINARY_FILTER, filtered=False),
    _pipeline(
        "insect_orders_2025",
        Classifier(
            name="Insect Order Classifier",
            description="Tells 16 classes of insect orders apart; a ConvNeXt-T trained by Mila in January 2025.",
            weights_url=(f"{_HOST}/insect_orders/convnext_tiny_in22k_worder0.5_wbinary0.5_run2_checkpoint.pt"),
            labels_url=f"{_HOST}/insect_orders/insect_order_category_map.json",
            kind=ClassifierKind.TIMM_CONVNEXT_TINY,
            class_count=16,
            taxon_rank="ORDER",
        ),
        filtered=False,
    ),
)

PIPELINES: Mapping[str, Pipeline] = {pipeline.slug: pipeline for pipeline in _ALL}


def pipelines(selection: str) -> list[Pipeline]:
    """The pipelines that slugs, with commas between, or `all` stand for."""
    if selection == "all":
        return list(PIPELINES.values())
    slugs = list(dict.fromkeys(selection.split(",")))
    for unknown in (each for each in slugs if each not in PIPELINES):
        raise CatalogueError(f"there is no pipeline {unknown!r}; there are: {', '.join(PIPELINES)}")
    return [PIPELINES[each] for each in slugs]
