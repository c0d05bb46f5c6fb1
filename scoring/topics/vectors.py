"""Sentence vectors without a model to run: the mean of static word vectors, which a package of the lock carries."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

LONGEST = 128  # tokens of a text that are read
BATCH = 2048


@lru_cache(maxsize=1)
def _loaded() -> tuple[Any, np.ndarray]:
    """The tokenizer and the vectors; WordLlama's own loader looks in a folder that its package lacks."""
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    folder = Path(str(files("wordllama")))
    [vectors] = load_file(folder / "weights" / "l2_supercat_256.safetensors").values()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json"))
    tokenizer.enable_truncation(LONGEST)
    tokenizer.no_padding()
    return tokenizer, vectors.astype(np.float32)


def embed(texts: Sequence[str]) -> np.ndarray:
    """Vectors of length 1; shape (texts, 256)."""
    from scipy.sparse import csr_matrix

    tokenizer, vectors = _loaded()
    result = np.zeros((len(texts), vectors.shape[1]), dtype=np.float32)
    for start in range(0, len(texts), BATCH):
        batch = list(texts[start : start + BATCH])
        found = [one.ids for one in tokenizer.encode_batch_fast(batch, add_special_tokens=False)]
        ends = np.cumsum([0, *(len(ids) for ids in found)])
        words = np.fromiter((word for ids in found for word in ids), dtype=np.int32, count=int(ends[-1]))
        counts = csr_matrix((np.ones(len(words), dtype=np.float32), words, ends), shape=(len(batch), len(vectors)))
        result[start : start + len(batch)] = counts @ vectors
    return result / np.maximum(np.linalg.norm(result, axis=1, keepdims=True), 1e-9)
