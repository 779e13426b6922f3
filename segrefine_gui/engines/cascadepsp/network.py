"""The network of CascadePSP: its weights, and a forward pass that gives the same in less time.

Cheng, Chung, Tai, Tang: CascadePSP, CVPR 2020; the modules and the weights are those of the package
`segmentation-refinement`. `RefinementPass` runs these modules in the order of the paper's figure 2
and gives what the package's own `forward` gives, up to rounding, but:

- a 1x1 convolution and a bilinear enlargement may change places, for each output pixel is a
  weighted mean of input pixels with weights that add up to 1: the pyramid's four pooled maps, four
  fifths of its bottleneck's input, are convolved at 1 to 6 pixels a side instead of enlarged first;
- batch normalisation that follows a convolution is folded into it;
- outputs that nobody reads are not computed, and what is done with is let go at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.errors import EngineError, WeightsError

Images = npt.NDArray[np.uint8]
"""Shape (n, h, w, 3), RGB."""
Planes = npt.NDArray[np.float32]
"""Shape (n, c, h, w)."""

PRECISIONS = ("auto", "float32", "bfloat16")
"""What a person may choose; auto is bfloat16 on a GPU that has it, else float32."""

_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""ImageNet's, which the network was trained with."""


def read_network(state: Mapping[str, Any], origin: str) -> Any:
    """The package's network with the weights of a file, on the CPU, ready to run.

    Args:
        state: what the file holds: tensors by name, the names with or without "module.".
        origin: the file, for the sentence.

    Raises:
        WeightsError: they are not weights of this network.
        ImportError: the package is not installed, or broken.
    """
    from segmentation_refinement.models.psp.pspnet import RefinementModule

    network = RefinementModule()
    try:
        network.load_state_dict({key.removeprefix("module."): state[key] for key in state})
    except (RuntimeError, TypeError, AttributeError) as error:
        raise WeightsError(
            f"The weights file {origin} is not one of CascadePSP: remove it, then run "
            "`segrefine weights fetch cascadepsp`.",
            str(error),
        ) from error
    return network.eval().requires_grad_(False)


def choose_precision(requested: str, device: str) -> str:
    """The precision that a device computes with: "float32" or "bfloat16".

    Args:
        requested: one of `PRECISIONS`.
        device: "cpu" or "cuda:N".

    Raises:
        EngineError: it was asked for bfloat16, which this GPU does not have.
    """
    import torch

    if device == "cpu":
        return "float32" if requested == "auto" else requested
    # From Ampere on; older GPUs only emulate it.
    supported = torch.cuda.get_device_capability(device)[0] >= 8
    if requested == "bfloat16" and not supported:
        raise EngineError("This GPU does not compute in bfloat16: choose auto or float32.")
    return "bfloat16" if requested != "float32" and supported else "float32"


def release_memory(device: str) -> None:
    """Give back to the GPU what torch keeps for later; nothing on the CPU."""
    if device != "cpu":
        import torch

        with torch.cuda.device(device):
            torch.cuda.empty_cache()


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """Views on the device: images as uint8 (n, h, w, 3), planes as float32 (n, c, h, w)."""

    images: Any
    planes: Any


class RefinementPass:
    """The network in a form that is faster to run; it belongs to the thread that uses it.

    Args:
        network: as `read_network` gives it; it is changed and not to be used any more.
        device: "cpu" or "cuda:N".
        precision: "float32" or "bfloat16".
    """

    def __init__(self, network: Any, device: str, precision: str) -> None:
        import torch

        self.device = device
        self._half = precision == "bfloat16"
        _fold_normalisation(network)
        if self._half:
            # As autocast would do in every pass; normalisation keeps its float32 parameters.
            for module in network.modules():
                if isinstance(module, torch.nn.Conv2d):
                    module.to(torch.bfloat16)
        self._network = network.to(device, memory_format=torch.channels_last)
        self._pyramid = _Pyramid(self._network.psp)
        self._mean = torch.tensor(_MEAN, device=device).mul(255).view(1, 3, 1, 1)
        self._deviation = torch.tensor(_DEVIATION, device=device).mul(255).view(1, 3, 1, 1)

    def upload(self, images: Images, planes: Planes) -> Inputs:
        """Bring views to the device; on a GPU without waiting for it.

        Args:
            images: uint8 (n, h, w, 3) RGB, sides multiples of 8.
            planes: float32 (n, c, h, w), each -1 for outside to 1 for inside: the mask; where c
                is 2, also what a coarser step found at a quarter of its resolution, which takes
                the place of the first of the three stages.
        """
        import torch

        tensors = [torch.from_numpy(array) for array in (images, planes)]
        if self.device != "cpu":
            # Only from pinned memory does a copy run beside the computing.
            tensors = [tensor.pin_memory().to(self.device, non_blocking=True) for tensor in tensors]
        return Inputs(*tensors)

    def start(self, inputs: Inputs, between: Callable[[], None]) -> Callable[[], list[Planes]]:
        """Run the network; the function that comes back waits for what it finds.

        Args:
            inputs: of `upload`.
            between: called between its stages; what it raises ends the pass.

        Returns:
            A function that gives for each view float32 (2, h, w), 0..1: the probability of the
            object, and the same at a quarter of the resolution, enlarged.
        """
        import torch

        kind = "cpu" if self.device == "cpu" else "cuda"
        with torch.inference_mode(), torch.autocast(kind, torch.bfloat16, enabled=self._half):
            images = inputs.images.permute(0, 3, 1, 2).float()
            images = (images - self._mean) / self._deviation
            found = self._stages(images, inputs.planes, between)

        def wait() -> list[Planes]:
            return list(found.cpu().numpy())

        return wait

    def _stages(self, images: Any, planes: Any, between: Callable[[], None]) -> Any:
        """The three stages of the paper, or the last two where the first one's work is given."""
        import torch

        network = self._network
        mask = planes[:, :1]
        if planes.shape[1] == 1:
            features, *_ = self._features(images, mask, mask, mask)
            eighth = _enlarged(network.final_28(features), 8).tanh()
            del features
            between()
        else:
            eighth = planes[:, 1:]
        features, _, skip = self._features(images, mask, eighth, eighth)
        eighth = _enlarged(network.final_28(features), 8).tanh()
        features = _upsample(network.up_1, features, skip)
        quarter = _enlarged(network.final_56(features), 4).tanh()
        del features, skip
        between()
        features, wide_skip, skip = self._features(images, mask, eighth, quarter)
        del eighth, quarter
        features = _upsample(network.up_1, features, skip)
        quarter = _enlarged(network.final_56(features).float(), 4)
        features = _upsample(network.up_2, features, wide_skip)
        del skip, wide_skip
        between()
        features = _upsample(network.up_3, features, images)
        features = torch.cat((features, images.to(features.dtype)), 1)
        logits = network.final_21(network.final_11(features).relu_())
        return torch.sigmoid(torch.cat((logits.float(), quarter), 1))

    def _features(self, images: Any, mask: Any, eighth: Any, quarter: Any) -> tuple[Any, Any, Any]:
        """The pyramid's features at an eighth, and those to skip to a half and a quarter."""
        import torch

        inputs = torch.cat((images, mask, eighth.float(), quarter.float()), 1)
        deep, wide_skip, skip = self._network.feats(inputs)
        return self._pyramid(deep), wide_skip, skip


class _Pyramid:
    """The package's pyramid pooling, with the bottleneck before the enlargement.

    Args:
        pyramid: the package's module.
    """

    def __init__(self, pyramid: Any) -> None:
        weights, channels = pyramid.bottleneck.weight, pyramid.bottleneck.weight.shape[1]
        # Of the pooled maps first, then of the features themselves, equally many channels each.
        share = channels // (len(pyramid.stages) + 1)
        *pooled, self._own = (part.contiguous() for part in weights.split(share, 1))
        self._stages = list(zip(pyramid.stages, pooled, strict=True))
        self._bias = pyramid.bottleneck.bias

    def __call__(self, features: Any) -> Any:
        import torch
        from torch.nn import functional

        size = features.shape[-2:]
        total = functional.conv2d(features, self._own, self._bias)
        for stage, weights in self._stages:
            small = functional.conv2d(stage(features), weights)
            total += functional.interpolate(small, size, mode="bilinear", align_corners=False)
        return torch.relu_(total)


def _upsample(block: Any, features: Any, skip: Any) -> Any:
    """The package's upsampling block, with its shortcut before the enlargement."""
    import torch

    shortcut = _enlarged(block.shortcut(features), 2)
    wide = _enlarged(features, 2)
    inner = torch.cat((wide, skip.to(wide.dtype)), 1)
    del features, wide
    # Layer by layer, so that no caller holds on to an input that is done with.
    for layer in block.conv:
        inner = layer(inner)
    inner += shortcut
    del shortcut
    outer = inner
    for layer in block.conv2:
        # The first normalises into memory of its own; the others may write where they read.
        outer = layer(outer)
    return inner.add_(outer)


def _enlarged(features: Any, times: int) -> Any:
    from torch.nn import functional

    return functional.interpolate(
        features, scale_factor=times, mode="bilinear", align_corners=False
    )


def _fold_normalisation(network: Any) -> None:
    """Fold each batch normalisation that directly follows a convolution into it."""
    from torch.nn import Identity
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    for block in network.feats.modules():
        if not hasattr(block, "conv3"):
            continue
        for number in ("1", "2", "3"):
            conv, norm = getattr(block, f"conv{number}"), getattr(block, f"bn{number}")
            setattr(block, f"conv{number}", fuse_conv_bn_eval(conv, norm))
            setattr(block, f"bn{number}", Identity())
        if block.downsample is not None:
            block.downsample = fuse_conv_bn_eval(*block.downsample)
    for block in (network.up_1, network.up_2, network.up_3):
        for layers in (block.conv, block.conv2):
            layers[2] = fuse_conv_bn_eval(layers[2], layers[3])
            layers[3] = Identity()
