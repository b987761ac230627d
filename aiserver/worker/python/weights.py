"""Model folders: which weights they hold, and of which revision."""

import concurrent.futures
import hashlib
import os
import pathlib

SHORT = 12  # hexadecimal digits by which answers name weights
WEIGHTS = (".safetensors", ".onnx", ".bin", ".data")


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(folder, name):
    """The digest over a folder's weights, and the model's name with its revision where that is known.

    The digest is of the lines that sha256sum writes of the weights, in the order of their
    names. Where the folder has such lines in SHA256SUMS, each file there must be as they say;
    ValueError names the one that is not.
    """
    folder = pathlib.Path(folder)
    found = sorted(p for p in folder.rglob("*") if p.suffix in WEIGHTS and ".cache" not in p.parts)
    if not found:
        raise ValueError(f"no weights in {folder}")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        sums = {p.relative_to(folder).as_posix(): s for p, s in zip(found, pool.map(sha256, found))}
    if (expected := folder / "SHA256SUMS").exists():
        for line in expected.read_text().splitlines():
            wanted, file = line.split(maxsplit=1)
            file = file.lstrip("*").removeprefix("./")
            if (sums.get(file) or sha256(folder / file)) != wanted:
                raise ValueError(f"{folder / file} is not what SHA256SUMS says")
    lines = "".join(f"{s}  {p}\n" for p, s in sums.items())
    return hashlib.sha256(lines.encode()).hexdigest()[:SHORT], name + _revision(folder)


def _revision(folder):
    """"@" and the beginning of the revision, which `hf download --local-dir` keeps beside what it has fetched."""
    for kept in sorted((folder / ".cache/huggingface/download").rglob("*.metadata")):
        return "@" + kept.read_text().split(maxsplit=1)[0][:SHORT]
    return ""
