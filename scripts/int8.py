"""The weights as they are shipped: int8 matrices with one f32 scale a row, and the way back to float.

A matrix `name` is stored as an I8 tensor `name` and an F32 vector `name_scale`; value = q * scale[row], q in -127..127. A row is an
output channel of a linear layer, or one piece of the word embeddings. Position and token-type embeddings are F16; biases,
LayerNorms and the classifier, small and sensitive, stay F32.
"""
import pathlib

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from transformers import BertConfig, BertForSequenceClassification

HALF = ("position_embeddings.weight", "token_type_embeddings.weight")


def is_int8(name, array):
    return array.ndim == 2 and not name.startswith("classifier") and not name.endswith(HALF)


def quantise(w):
    """(q, scale) of a matrix. Per row the clipping range with the least squared error: the largest weight of a row is often
    alone, and cutting it a little makes all others finer."""
    top = np.maximum(np.abs(w).max(1, keepdims=True), 1e-12)
    best, scale = np.full((len(w), 1), np.inf), top / 127
    for share in np.linspace(1.0, 0.7, 16):
        s = top * share / 127
        q = np.clip(np.rint(w / s), -127, 127)
        error = ((q * s - w) ** 2).sum(1, keepdims=True)
        scale = np.where(error < best, s, scale)
        best = np.minimum(error, best)
    scale = scale.astype(np.float32)
    return np.clip(np.rint(w / scale), -127, 127).astype(np.int8), scale[:, 0]


def pack(state):
    """Tensors of a float state dict in the shipped form."""
    out = {}
    for name, tensor in state.items():
        array = tensor.detach().float().numpy()
        if name.endswith("position_ids"):
            continue
        if is_int8(name, array):
            out[name], out[name + "_scale"] = quantise(array)
        elif name.endswith(HALF):
            out[name] = array.astype(np.float16)
        else:
            out[name] = np.ascontiguousarray(array, np.float32)
    return out


def unpack(tensors):
    """The float state dict that the shipped tensors stand for."""
    out = {}
    for name, array in tensors.items():
        if name.endswith("_scale"):
            continue
        value = array.astype(np.float32)
        if array.dtype == np.int8:
            value *= tensors[name + "_scale"][:, None]
        out[name] = torch.from_numpy(value)
    return out


def save(state, path):
    save_file(pack(state), path, {"format": "grens-int8/1"})
    pathlib.Path(path).chmod(0o644)


def load(folder):
    """The shipped model as a float network in PyTorch, ready to run."""
    folder = pathlib.Path(folder)
    model = BertForSequenceClassification(BertConfig.from_pretrained(folder))
    missing, extra = model.load_state_dict(unpack(load_file(folder / "model.safetensors")), strict=False)
    assert not extra and all(k.endswith("position_ids") for k in missing), (missing, extra)
    return model.eval()
