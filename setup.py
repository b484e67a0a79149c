"""Packaging; the house has three importable rooms at its top level."""

import pathlib
import re

from setuptools import find_packages
from setuptools import setup

HERE = pathlib.Path(__file__).parent
VERSION = re.search(
    r'__version__ = "(.+)"', (HERE / "keras_asd/__init__.py").read_text()
).group(1)
# Address of the repository's files once they have one, such as
# `https://host/owner/keras_asd/blob/main/`.
FILES = ""


def long_description() -> str:
    """The front page for a package index, which has no files beside it.

    Links and pictures lead to `FILES`; without it, links are their words, and
    pictures, which an index takes from a web address only, are left out.
    """
    text = (HERE / "README.md").read_text(encoding="utf-8")
    if FILES:
        return re.sub(r"(?<=\]\()(?!\w+:|#)", FILES, text)
    text = re.sub(r"!\[[^\]]*\]\((?!\w+:)[^)]*\)\n*", "", text)
    return re.sub(r"\[([^\]]*)\]\((?!\w+:|#)[^)]*\)", r"\1", text)


setup(
    name="keras-asd",
    version=VERSION,
    description="Anomalous sound detection with angular margins, in Keras 3",
    long_description=long_description(),
    long_description_content_type="text/markdown",
    author="The keras_asd maintainers",
    license="Apache-2.0",
    keywords=[
        "acoustics",
        "anomalous sound detection",
        "anomaly detection",
        "condition monitoring",
        "DCASE",
        "keras",
        "predictive maintenance",
        "tensorflow",
    ],
    classifiers=[
        "Development Status :: 3 - Alpha",
        "Environment :: Console",
        "Intended Audience :: Developers",
        "Intended Audience :: Manufacturing",
        "Intended Audience :: Science/Research",
        "Operating System :: POSIX :: Linux",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Topic :: Multimedia :: Sound/Audio :: Analysis",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Typing :: Typed",
    ],
    python_requires=">=3.11,<3.13",
    packages=find_packages(include=["keras_asd*", "pipelines*", "tuning*"]),
    package_data={
        "keras_asd": ["py.typed"],
        "pipelines": [
            "py.typed",
            "benchmarking/specs/*",
            "benchmarking/specs/studies/*",
            "datasets/download/*.yaml",
            "evaluation/*.html",
            "exporting/*.md",
            "programs/serving/*",
            "report/*.html",
            "settings/presets/*.yaml",
            "watching/page/*.html",
            "watching/page/*.js",
        ],
        "tuning": ["py.typed", "showing/*.html"],
    },
    install_requires=[
        "keras>=3.15.1",
        "tensorflow>=2.16,<2.22",
        "numpy>=1.26",
        "scipy>=1.11",
        "h5py",
        "pyyaml",
        "scikit-learn>=1.4",
        "threadpoolctl",
        # Its private modules are used; tuning/oracles says which.
        "keras-tuner>=1.4.8,<1.5",
        "soundfile>=0.12",
        "soxr>=0.4",
        "jsonargparse[signatures]>=4.40",
        "docstring-parser",
        "tqdm",
        # Locks a file that is open already since 3.30.
        "filelock>=3.30",
        "requests",
        # Limits the pauses that a server may ask for since 2.6.3.
        "urllib3>=2.6.3",
        "matplotlib>=3.8",
        "jinja2>=3.1",
        "tabulate>=0.9",
        "tensorboard",
        # Of the same version as TensorFlow; its messages, no server.
        "tensorflow-serving-api>=2.16,<2.22",
    ],
    extras_require={
        # tf2onnx 1.17 wants this onnx beside TensorFlow 2.17.
        "onnx": ["tf2onnx==1.17.*", "onnx==1.17.*", "onnxruntime"],
        # Sources of a watch: sound cards, by Debian's libportaudio2, and
        # streams, by FFmpeg's libraries; receivers; and its page.
        "watch": [
            "sounddevice>=0.4.6",
            "av>=14",
            "paho-mqtt>=2.1,<3",
            "prometheus-client>=0.20",
            # Refuses OPTIONS where it is told to since 3.1.
            "flask>=3.1",
            "waitress>=3",
        ],
        "openvino": ["openvino>=2025.1", "nncf>=3"],
        "parquet": ["pyarrow>=14,<26"],
        "beam": ["apache-beam>=2.77,<3", "pyarrow>=14,<26"],
        # Its native decoders load with TensorFlow 2.16 and 2.17 only.
        "native": ["tensorflow-io==0.37.1", "tensorflow>=2.16,<2.18"],
    },
    entry_points={"console_scripts": ["keras-asd=keras_asd.__main__:main"]},
)
