"""The published network by hand, in NumPy and PyTorch's layout."""

import numpy as np

SKIPS = (False, True) * 3
STRIDES = (2, 1) * 3


class SlowNetwork:
    """The published forward pass: channel, Mel, time; one clip."""

    def __init__(self, arrays):
        self.arrays = arrays

    def block(self, x, names, strides=1, padding=0, is_depthwise=False):
        convolution, norm, rectifier = names
        kernel = self.arrays[f"{convolution}.weight"]
        x = np.pad(x, [(0, 0), (padding,) * 2, (padding,) * 2])
        height = (x.shape[1] - kernel.shape[2]) // strides + 1
        width = (x.shape[2] - kernel.shape[3]) // strides + 1
        total = np.zeros((len(kernel), height, width))
        for i in range(kernel.shape[2]):
            for j in range(kernel.shape[3]):
                seen = x[:, i::strides, j::strides][:, :height, :width]
                taps = kernel[:, :, i, j]
                total += (
                    seen * taps[:, 0, None, None]
                    if is_depthwise
                    else np.einsum("oc,chw->ohw", taps, seen)
                )
        gamma, beta, mean, variance = (
            self.arrays[f"{norm}.{part}"][:, None, None]
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        total = (total - mean) / np.sqrt(variance + 1e-5) * gamma + beta
        if rectifier is None:
            return total
        slope = self.arrays[f"{rectifier}.weight"][:, None, None]
        return np.where(total > 0, total, slope * total)

    def named_block(self, x, part, is_rectified=True, **options):
        prefix = f"mobilefacenet.{part}"
        rectifier = f"{prefix}.prelu" if is_rectified else None
        names = (f"{prefix}.conv", f"{prefix}.bn", rectifier)
        return self.block(x, names, **options)

    def bottleneck(self, x, index):
        names = [f"mobilefacenet.blocks.{index}.conv.{i}" for i in range(8)]
        y = self.block(x, names[:3])
        options = {"strides": STRIDES[index], "padding": 1}
        y = self.block(y, names[3:6], is_depthwise=True, **options)
        y = self.block(y, (*names[6:], None))
        return x + y if SKIPS[index] else y

    def tgram(self, waveform):
        kernel = self.arrays["tgramnet.conv_extrctor.weight"][:, 0]
        padded = np.pad(waveform, 512)
        starts = range(0, len(padded) - 1023, 512)
        x = np.stack([kernel @ padded[i : i + 1024] for i in starts], axis=1)
        for i in range(3):
            prefix = f"tgramnet.conv_encoder.{i}"
            x = x - x.mean(axis=1, keepdims=True)
            x = x / np.sqrt((x**2).mean(axis=1, keepdims=True) + 1e-5)
            x = x * self.arrays[f"{prefix}.0.weight"]
            x = x + self.arrays[f"{prefix}.0.bias"]
            x = np.where(x > 0, x, 0.2 * x)
            kernel = self.arrays[f"{prefix}.2.weight"]
            bordered = np.pad(x, [(0, 0), (1, 1)])
            x = sum(
                kernel[:, :, j] @ bordered[:, j : j + x.shape[1]]
                for j in range(3)
            )
        return x

    def embed(self, waveform, log_mel):
        gate = 1 / (1 + np.exp(-(log_mel.max(axis=0) + log_mel.mean(axis=0))))
        x = np.stack([self.tgram(waveform), log_mel, gate * log_mel])
        x = self.named_block(x, "conv1", strides=2, padding=1)
        x = self.named_block(x, "dw_conv1", padding=1, is_depthwise=True)
        for index in range(6):
            x = self.bottleneck(x, index)
        x = self.named_block(x, "conv2")
        x = self.named_block(x, "linear7", False, is_depthwise=True)
        return self.named_block(x, "linear1", False)[:, 0, 0]
