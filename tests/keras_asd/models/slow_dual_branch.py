"""The published network of two branches by hand, in NumPy; one clip."""

import numpy as np

# Of each residual block: input normalised, normalised after rectification,
# halved. The layers are numbered in the order in which they are made.
BLOCKS = (
    (False, False, False),
    (True, True, False),
    *((True, False, True), (True, False, False)) * 3,
)


def borders(size, kernel, strides):
    """Zeros before and after, the odd one after; and the new size."""
    new_size = -(-size // strides)
    total = max((new_size - 1) * strides + kernel - size, 0)
    return (total // 2, total - total // 2), new_size


def slow_spectrogram(waveform, length=1024):
    window = np.sin(np.pi * np.arange(length) / length) ** 2
    bins = np.arange(length // 2 + 1)[:, None]
    basis = np.exp(-2j * np.pi * bins * np.arange(length) / length)
    starts = range(0, len(waveform) - length + 1, length // 2)
    frames = [waveform[start : start + length] * window for start in starts]
    return np.abs(np.array(frames) @ basis.T)


class SlowDualBranch:
    """Takes the released code's arrays by name, without their places."""

    def __init__(self, arrays):
        self.arrays = arrays

    def next_name(self, kind):
        number = self.numbers[kind] = self.numbers.get(kind, -1) + 1
        return f"{kind}_{number}" if number else kind

    def norm(self, x):
        name = self.next_name("batch_normalization")
        gamma, beta, mean, variance = (
            self.arrays[f"{name}/{part}:0"]
            for part in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        return (x - mean) / np.sqrt(variance + 1e-3) * gamma + beta

    def convolve(self, x, strides=1):
        """Over time and frequency; `x` is (time, frequency, channels)."""
        kernel = self.arrays[f"{self.next_name('conv2d')}/kernel:0"]
        rows, height = borders(x.shape[0], kernel.shape[0], strides)
        columns, width = borders(x.shape[1], kernel.shape[1], strides)
        x = np.pad(x, [rows, columns, (0, 0)])
        total = np.zeros((height, width, kernel.shape[3]))
        for i in range(kernel.shape[0]):
            for j in range(kernel.shape[1]):
                seen = x[i::strides, j::strides][:height, :width]
                total += seen @ kernel[i, j]
        return total

    def convolve_1d(self, x, strides):
        kernel = self.arrays[f"{self.next_name('conv1d')}/kernel:0"]
        border, new_size = borders(len(x), len(kernel), strides)
        x = np.pad(x, [border, (0, 0)])
        return np.array(
            [
                np.einsum("ki,kio->o", x[start : start + len(kernel)], kernel)
                for start in strides * np.arange(new_size)
            ]
        )

    def pool(self, x, size, is_padded):
        """Maximum of `size` x `size` cells at stride 2."""
        if is_padded:
            pads = [(0, side % 2) for side in x.shape[:2]]
            x = np.pad(x, [*pads, (0, 0)], constant_values=-np.inf)
        height, width = ((side - size) // 2 + 1 for side in x.shape[:2])
        cells = [
            x[i::2, j::2][:height, :width]
            for i in range(size)
            for j in range(size)
        ]
        return np.max(cells, axis=0)

    def block(self, x, is_normalized, is_rectified_first, is_halved):
        if is_normalized:
            x = self.norm(x)
        y = self.convolve(np.maximum(x, 0), 2 if is_halved else 1)
        if is_rectified_first:
            y = self.norm(np.maximum(y, 0))
        else:
            y = np.maximum(self.norm(y), 0)
        y = self.convolve(y)
        if is_halved:
            x = self.convolve(self.pool(x, 2, is_padded=True))
        return x + y

    def embed_spectrum(self, x):
        x = x[:, None]
        for strides in (64, 32, 4):
            x = np.maximum(self.convolve_1d(x, strides), 0)
        x = x.reshape(-1)
        for _ in range(4):
            dense = self.arrays[f"{self.next_name('dense')}/kernel:0"]
            x = np.maximum(self.norm(x @ dense), 0)
        return x @ self.arrays["emb_fft/kernel:0"]

    def embed_spectrogram(self, x):
        x = self.norm(x - x.mean(axis=0))[..., None]
        x = np.maximum(self.norm(self.convolve(x, 2)), 0)
        x = self.pool(x, 3, is_padded=False)
        for kind in BLOCKS:
            x = self.block(x, *kind)
        x = self.norm(x.max(axis=0).reshape(-1))
        return x @ self.arrays["emb_mel/kernel:0"]

    def embed(self, spectrum, spectrogram):
        self.numbers = {}
        parts = [
            self.embed_spectrum(spectrum),
            self.embed_spectrogram(spectrogram),
        ]
        return np.concatenate(parts)


def slow_representations(waveform):
    waveform = waveform.astype("float64")
    spectrum = np.abs(np.fft.fft(waveform))[: len(waveform) // 2]
    return spectrum, slow_spectrogram(waveform)
