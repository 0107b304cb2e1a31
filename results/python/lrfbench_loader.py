"""Loads what ``lrfbench compress`` and ``lrfbench finetune`` write into PyTorch.

    import lrfbench_loader
    model = lrfbench_loader.load("half")              # a model of transformers, in evaluation mode
    tokenizer = lrfbench_loader.load_tokenizer("half")
    logits = model(**tokenizer("a good film .", return_tensors="pt")).logits

The model is an ordinary one of transformers whose compressed matrices are modules of the forms below: they keep
their factors and codes, and multiply nothing out. Safetensors of transformers itself and of ``compress --dense`` load
too. BERT, RoBERTa, DistilBERT, ALBERT and GPT-2; of a sentence encoder the transformer, whose pooling is the caller's.

Needs torch, transformers and safetensors. As a program, it prints what a folder holds:

    python lrfbench_loader.py DIR
"""

import inspect
import json
import math
import re
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

TYPE_PREFIX = "lrfbench-"
CLASS_PREFIX = "LrfBench"
FAMILIES = ("bert", "roberta", "distilbert", "albert", "gpt2")


class LowRank(nn.Module):
    """y = U (V x): ``u`` is U [outputs, rank], ``v`` is V transposed, [inputs, rank].

    Where several modules share V, it is one parameter of all of them.
    """

    def __init__(self, u, v):
        super().__init__()
        self.u, self.v = nn.Parameter(u), v if isinstance(v, nn.Parameter) else nn.Parameter(v)

    def forward(self, x):
        return functional.linear(x @ self.v, self.u)


class Kronecker(nn.Module):
    """W is the sum of R Kronecker products of A_k [m1, n1] and B_k [m2, n2].

    ``a`` is [m1, n1 R], element (i, j R + k) being A_k[i, j]; ``b`` alike.
    """

    def __init__(self, a, b, inputs):
        super().__init__()
        terms = round(math.sqrt(a.shape[1] * b.shape[1] / inputs))
        if a.shape[1] * b.shape[1] != terms * terms * inputs:
            raise ValueError(f"factors of {tuple(a.shape)} and {tuple(b.shape)} do not take {inputs} inputs")
        self.terms = terms
        self.a, self.b = nn.Parameter(a), nn.Parameter(b)

    def forward(self, x):
        a = self.a.view(self.a.shape[0], -1, self.terms)
        b = self.b.view(self.b.shape[0], -1, self.terms)
        x = x.unflatten(-1, (a.shape[1], b.shape[1]))
        return torch.einsum("...jl,ijk,hlk->...ih", x, a, b).flatten(-2)


class Slices(nn.Module):
    """W is made of slices A M_k B^T, transposed one above the other or, of inputs, side by side.

    ``a`` and ``b``, which several modules may share, are A [D, R1] and B [w, R2]. ``own`` has a row for each slice:
    the diagonal of M_k where there is one ("cp"), M_k itself ("tt"), or what ``core`` [R3, R1 R2] is mixed by.
    """

    def __init__(self, kind, shared, own, of_inputs):
        super().__init__()
        self.kind, self.of_inputs = kind, of_inputs
        self.shared, self.own = nn.ParameterList(shared), nn.Parameter(own)

    def forward(self, x):
        a, b = self.shared[0], self.shared[1]
        if self.kind == "cp":
            middles = torch.diag_embed(self.own)
        else:
            middles = self.own @ self.shared[2] if self.kind == "tucker" else self.own
            middles = middles.unflatten(-1, (a.shape[1], b.shape[1]))
        if self.of_inputs:
            x = x.unflatten(-1, (self.own.shape[0], b.shape[0]))
            return torch.einsum("...kj,jq,kpq->...p", x, b, middles) @ a.T
        return torch.einsum("...p,kpq,jq->...kj", x @ a, middles, b).flatten(-2)


class TensorTrain(nn.Module):
    """W[i, j] is G_1[i_1, j_1] ... G_d[i_d, j_d], i and j numbers of digits i_k < m_k and j_k < n_k.

    ``cores`` are [n_k r_k, r_(k-1) m_k], ``modes`` [m_k, n_k].
    """

    def __init__(self, cores, modes):
        super().__init__()
        self.modes, self.cores = modes, nn.ParameterList(cores)

    def forward(self, x):
        rows = x.shape[:-1].numel()
        now = x
        for (outputs, _), core in zip(reversed(self.modes), reversed(list(self.cores))):
            now = now.reshape(rows, -1, core.shape[0]) @ core
            now = now.reshape(rows, -1, outputs).transpose(1, 2)
        return now.reshape(*x.shape[:-1], -1)


class Table(nn.Module):
    """Word embeddings that are a linear map of words: looked up, and multiplied by in a head that is tied to them."""

    def __init__(self, linear, width, words):
        super().__init__()
        self.linear, self.width, self.words = linear, width, words

    def forward(self, ids):
        if isinstance(self.linear, LowRank):
            return functional.linear(self.linear.v[ids], self.linear.u)
        return torch.einsum("...ik,jk->...ij", *self.factors(ids)).flatten(-2)

    def factors(self, ids):
        """Of words the rows of A, and B."""
        a, terms = self.linear.a, self.linear.terms
        return a.view(a.shape[0], self.words, terms).transpose(0, 1)[ids], self.linear.b

    def scores(self, x):
        if isinstance(self.linear, LowRank):
            return functional.linear(x @ self.linear.u, self.linear.v)
        a, b = self.factors(slice(None))
        return torch.einsum("...ij,vik,jk->...v", x.unflatten(-1, (a.shape[1], b.shape[0])), a, b)


class TiedHead(nn.Module):
    """Logits by the word embeddings, where these are narrower than the model by what takes it to their width."""

    def __init__(self, table, narrow=None):
        super().__init__()
        # A list hides the table, which is a module of the model already.
        self.table = [table]
        self.narrow = narrow or nn.Identity()

    def forward(self, x):
        return self.table[0].scores(self.narrow(x))


class ScaledWords(nn.Module):
    """Word embeddings [words, S] that are multiplied by a number where they are looked up."""

    def __init__(self, weight, scale):
        super().__init__()
        self.weight, self.scale = nn.Parameter(weight), scale

    def forward(self, ids):
        return self.scale * functional.embedding(ids, self.weight)

    def scores(self, x):
        return functional.linear(x, self.weight)


class Safe(nn.Module):
    """A small transformer block over the sum of narrow embeddings, of S numbers, which lifts it to H.

    ``parts`` are the linear layers query, key, value, output, inner and outer, and the norms of S and of H numbers.
    What a pass is given stands in ``mask`` before it: 0 of tokens that are padding, [batch, tokens], or None.
    """

    def __init__(self, parts, heads, causal):
        super().__init__()
        self.parts, self.heads, self.causal = nn.ModuleDict(parts), heads, causal
        self.mask = None

    def forward(self, x):
        tokens = x.shape[-2]
        seen = torch.ones(tokens, tokens, dtype=torch.bool, device=x.device)
        itself = torch.eye(tokens, dtype=torch.bool, device=x.device)
        seen = seen.tril() if self.causal else seen
        if self.mask is not None:
            seen = seen & self.mask.bool()[:, None, None, :] | itself  # padding sees itself, lest it see nothing
        projected = [self.parts[part](x).unflatten(-1, (self.heads, -1)) for part in ("query", "key", "value")]
        query, key, value = (part.transpose(-3, -2) for part in projected)
        context = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        attended = self.parts["output"](context.transpose(-3, -2).flatten(-2))
        normed = self.parts["narrow_norm"](x + attended)
        return self.parts["norm"](self.parts["outer"](functional.relu(self.parts["inner"](normed))))

    def listen(self, model):
        """Has the model tell of padding. It keeps nothing of this layer for tokens to come."""

        def told(mask, given):
            self.mask = mask
            past = [given.get(name) for name in ("cache", "past_key_values")]  # as versions of transformers name it
            if any(cache is not None and cache.get_seq_length() > 0 for cache in past):
                raise ValueError("embeddings that see other tokens have no cache; give use_cache=False")

        before_passes(model, told)


def before_passes(model, told):
    """Has a model tell of padding, 0 in a mask [batch, tokens] or None, and of all that a pass is given."""
    signature = inspect.signature(model.forward)

    def tell(_, args, kwargs):
        given = signature.bind_partial(*args, **kwargs).arguments
        given = {**given.get("kwargs", {}), **given}
        mask = given.get("attention_mask")
        if mask is not None and mask.dim() != 2:
            raise ValueError(f"an attention mask of {mask.dim()} axes says not which tokens are padding")
        told(mask, given)

    model.register_forward_pre_hook(tell, with_kwargs=True)


def unpack(codes, inputs, bits):
    """Codes of b bits that follow one another in the bytes of a row, from the lowest bit of a byte on."""
    digits = (codes.unsqueeze(-1) >> torch.arange(8, device=codes.device)) & 1
    digits = digits.flatten(-2)[:, : inputs * bits].unflatten(-1, (inputs, bits))
    return (digits.to(torch.int32) << torch.arange(bits, device=codes.device)).sum(-1)


class Codes(nn.Module):
    """W[i, j] = scales[i, g] (codes[i, j] - zeros[i, g]), g being the group of inputs that j is in.

    Codes of 8 bits are signed bytes. Those of b bits, 0 to 2^b - 1, follow one another in the bytes of a row, from the
    lowest bit on, and without zeros mean their difference to 2^(b - 1).
    """

    def __init__(self, codes, scales, zeros, inputs, bits, group):
        super().__init__()
        self.inputs, self.bits, self.group = inputs, bits, group
        for name, tensor in (("codes", codes), ("scales", scales), ("zeros", zeros)):
            self.register_buffer(name, tensor)

    def matrix(self):
        return self.decoded(unpack(self.codes, self.inputs, self.bits) if self.bits < 8 else self.codes)

    def decoded(self, codes):
        codes = codes.to(self.scales.dtype)
        if self.zeros is not None:
            codes = codes - self.spread(self.zeros)
        elif self.bits < 8:
            codes = codes - 2 ** (self.bits - 1)
        return codes * self.spread(self.scales)

    def spread(self, constants):
        return constants.repeat_interleave(self.group, dim=1)[:, : self.inputs]

    def forward(self, x):
        return functional.linear(x, self.matrix())


class SparseCodes(Codes):
    """Codes of which a bit for each element says whether it is stored; the others are 0."""

    def __init__(self, mask, codes, count, scales, zeros, inputs, bits, group):
        stored = unpack(mask, inputs, 1).bool()
        given = unpack(codes, count, bits).to(torch.uint8)
        if bits == 8:
            given = given.view(torch.int8)
        super().__init__(torch.zeros(stored.shape, dtype=given.dtype), scales, zeros, inputs, bits, group)
        self.register_buffer("stored", stored)
        self.codes[stored] = given.flatten()

    def matrix(self):
        return self.decoded(self.codes).masked_fill(~self.stored, 0)


class LlmInt8(nn.Module):
    """W[i, j] = scales[i] codes[i, j], with inputs that are rounded to 8 bits, token by token, but for outliers.

    Columns of inputs are outliers where the magnitude reaches the threshold in any token that is none of padding, which
    the model tells by ``mask``, as `before_passes` says.
    """

    def __init__(self, codes, scales, threshold):
        super().__init__()
        self.inputs, self.threshold, self.mask = codes.shape[1], threshold, None
        self.register_buffer("codes", codes)
        self.register_buffer("scales", scales)

    def forward(self, x):
        outliers = self.outliers(x)
        rest = x.masked_fill(outliers, 0)
        largest = rest.abs().amax(-1, keepdim=True)
        counted = largest >= 1e-36
        codes = (rest * torch.where(counted, 127 / largest, 0)).round()
        sums = codes.double() @ self.codes.double().T  # exact
        y = sums.to(x.dtype) * torch.where(counted | largest.isnan(), largest / 127, 0) * self.scales.flatten()
        return y + x[..., outliers] @ (self.scales * self.codes)[:, outliers].T

    def outliers(self, x):
        if self.threshold == 0:
            return torch.zeros(self.inputs, dtype=torch.bool, device=x.device)
        large = x.abs() >= self.threshold
        if self.mask is not None and x.dim() == 3 and len(x) == len(self.mask) and x.shape[1] <= self.mask.shape[1]:
            large = large & self.mask[:, -x.shape[1]:, None].bool()
        return large.flatten(0, -2).any(0)


class Palette(nn.Module):
    """W[i, j] = tables[i // rows, codes[i, j]]."""

    def __init__(self, codes, tables, inputs, bits, rows):
        super().__init__()
        self.inputs, self.bits, self.rows = inputs, bits, rows
        self.register_buffer("codes", codes)
        self.register_buffer("tables", tables)

    def forward(self, x):
        codes = unpack(self.codes, self.inputs, self.bits)
        tables = self.tables.repeat_interleave(self.rows, dim=0)[: len(codes)]
        return functional.linear(x, tables.gather(1, codes.to(torch.int64)))


class Sparse(nn.Module):
    """W of which a bit for each element says whether it is stored; the values are those, row by row."""

    def __init__(self, mask, values, inputs):
        super().__init__()
        self.inputs = inputs
        self.register_buffer("mask", mask)
        self.values = nn.Parameter(values)

    def forward(self, x):
        stored = unpack(self.mask, self.inputs, 1).bool()
        return functional.linear(x, self.values.new_zeros(stored.shape).masked_scatter(stored, self.values))


class Placed(nn.Module):
    """Inputs as some of the outputs, in their order; the others are 0."""

    def __init__(self, given):
        super().__init__()
        self.outputs = len(given)
        self.register_buffer("places", given.flatten().nonzero().flatten())

    def forward(self, x):
        return x.new_zeros(*x.shape[:-1], self.outputs).index_copy(-1, self.places, x)


class Preview(nn.Module):
    """A head by SVD-softmax: of the ``full`` outputs that ``preview`` makes largest, the rest is added.

    ``v`` is V [inputs, inputs] of W = (U S) V^T, ``preview`` the first columns of U S and ``rest`` the others.
    """

    def __init__(self, v, preview, rest, full):
        super().__init__()
        self.full = full
        for name, tensor in (("v", v), ("preview", preview), ("rest", rest)):
            self.register_buffer(name, tensor)

    def forward(self, x):
        turned = x @ self.v
        width = self.preview.shape[1]
        y = functional.linear(turned[..., :width], self.preview)
        if self.rest is None:
            return y
        tails = turned[..., width:].reshape(-1, self.rest.shape[1])
        for row, tail in zip(y.view(-1, y.shape[-1]), tails):  # each has words of its own
            top = row.topk(self.full).indices
            row[top] += self.rest[top] @ tail
        return y


class NarrowHeads(nn.Module):
    """The rows of W that are not zero, [heads * kept, inputs]: the first of each head."""

    def __init__(self, weight, heads, outputs):
        super().__init__()
        self.heads, self.outputs = heads, outputs
        self.weight = nn.Parameter(weight)

    def forward(self, x):
        kept = functional.linear(x, self.weight).unflatten(-1, (self.heads, -1))
        padded = functional.pad(kept, (0, self.outputs // self.heads - kept.shape[-1]))
        return padded.flatten(-2)


class NarrowInputs(nn.Module):
    """The columns of W that are not zero, [outputs, heads * kept]: the first of each head."""

    def __init__(self, weight, heads):
        super().__init__()
        self.heads = heads
        self.weight = nn.Parameter(weight)

    def forward(self, x):
        kept = self.weight.shape[1] // self.heads
        return functional.linear(x.unflatten(-1, (self.heads, -1))[..., :kept].flatten(-2), self.weight)


class SelectedInputs(nn.Module):
    """Some of the inputs, by their numbers: bytes [outputs, 4], the lowest first."""

    def __init__(self, stored):
        super().__init__()
        weights = torch.tensor([1, 1 << 8, 1 << 16, 1 << 24])
        self.register_buffer("columns", (stored.long() * weights).sum(dim=1))

    def forward(self, x):
        return x.index_select(-1, self.columns)


class Sum(nn.Module):
    """y = S x + T x."""

    def __init__(self, first, second):
        super().__init__()
        self.first, self.second = first, second

    def forward(self, x):
        return self.first(x) + self.second(x)


class Biased(nn.Module):
    """Another map, and a bias."""

    def __init__(self, linear, bias):
        super().__init__()
        self.linear, self.bias = linear, nn.Parameter(bias)

    def forward(self, x):
        return self.linear(x) + self.bias


class SideBySide(nn.Module):
    """Queries, keys and values of a GPT-2 that are three matrices in the place of one."""

    def __init__(self, parts):
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def forward(self, x):
        return torch.cat([part(x) for part in self.parts], dim=-1)


class FirstToken(nn.Module):
    """A classifier over the first token itself, or what hands that token on to one."""

    def __init__(self, classifier=None):
        super().__init__()
        self.classifier = classifier or nn.Identity()

    def forward(self, hidden, **ignored):
        return self.classifier(hidden[:, 0])


class Halves(nn.Module):
    """x as [x, -x], which a ReLU lets through in halves."""

    def forward(self, x):
        return torch.cat((x, -x), dim=-1)


class Whole(nn.Module):
    """A map of what `Halves` and a ReLU made of its input."""

    def __init__(self, linear):
        super().__init__()
        self.linear = linear

    def forward(self, halves):
        positive, negative = halves.chunk(2, dim=-1)
        return self.linear(positive - negative)


class Forms:
    """Reads modules of a checkpoint in whatever form they are stored, and knows what was read."""

    def __init__(self, tensors, constants):
        self.tensors, self.constants = tensors, constants
        self.taken = set()
        self.replaced = []
        self.bases = {}

    def place(self, model, path, module):
        """Puts a module of what was read in the place of the model's own."""
        parent, _, name = path.rpartition(".")
        setattr(model.get_submodule(parent), name, module)
        self.replaced.append(path + ".")

    def has(self, name):
        return name in self.tensors

    def has_below(self, path):
        return any(name.startswith(path) for name in self.tensors)

    def take(self, name):
        self.taken.add(name)
        return self.tensors[name]

    def is_compressed(self, module):
        marks = (
            ".lowrank.", ".shared.", ".kronecker.", ".quantized.", ".llmint8.", ".palette.", ".sparse.",
            ".sparsecodes.", ".selected.", ".placed.", ".chain.", ".sum.", ".svdsoftmax.", ".cp.", ".tucker.", ".tt.", ".train.",
        )
        return any(self.has_below(module + mark) for mark in marks)

    def is_stored(self, module):
        return self.has(module + ".weight") or self.is_compressed(module)

    def outputs(self, module):
        """How many outputs a part of a chain or sum has."""
        for name in (
            ".weight", ".lowrank.u", ".quantized.codes", ".llmint8.codes", ".palette.codes", ".sparse.mask",
            ".sparsecodes.mask", ".selected.inputs", ".placed.outputs",
        ):
            if self.has(module + name):
                return self.tensors[module + name].shape[0]
        if self.has(module + ".kronecker.a"):
            return math.prod(self.tensors[module + end].shape[0] for end in (".kronecker.a", ".kronecker.b"))
        if self.has_below(module + ".chain."):
            return self.outputs(module + ".chain.1")
        if self.has_below(module + ".sum."):
            return self.outputs(module + ".sum.0")
        raise ValueError(f"{module} is in a form that this loader does not know")

    def linear(self, module, inputs, outputs, head_size=1):
        """A module with its bias, if it has one."""
        linear = self.form(module, inputs, outputs, head_size)
        return Biased(linear, self.take(module + ".bias")) if self.has(module + ".bias") else linear

    def form(self, module, inputs, outputs, head_size):
        if self.has(module + ".weight"):
            return dense(self.take(module + ".weight"))
        if self.has(module + ".lowrank.u"):
            return LowRank(self.take(module + ".lowrank.u"), self.take(module + ".lowrank.v"))
        if self.has(module + ".shared.u"):
            return LowRank(self.take(module + ".shared.u"), self.basis(module))
        if self.has(module + ".lowrank.heads"):
            return NarrowHeads(self.take(module + ".lowrank.heads"), outputs // head_size, outputs)
        if self.has(module + ".lowrank.inputs"):
            return NarrowInputs(self.take(module + ".lowrank.inputs"), inputs // head_size)
        if self.has(module + ".kronecker.a"):
            return Kronecker(self.take(module + ".kronecker.a"), self.take(module + ".kronecker.b"), inputs)
        for kind, own in (("cp", "c"), ("tucker", "c"), ("tt", "core")):
            if self.has(f"{module}.{kind}.{own}"):
                return self.slices(module, kind, own)
        if self.has(module + ".train.0"):
            modes = self.constants[module]["modes"]
            return TensorTrain([self.take(f"{module}.train.{k}") for k in range(len(modes))], modes)
        if self.has(module + ".quantized.codes"):
            path, known = module + ".quantized.", self.constants.get(module, {})
            zeros = self.take(path + "zeros") if self.has(path + "zeros") else None
            bits, group = known.get("bits", 8), known.get("group", inputs)
            return Codes(self.take(path + "codes"), self.take(path + "scales"), zeros, inputs, bits, group)
        if self.has(module + ".llmint8.codes"):
            path, known = module + ".llmint8.", self.constants.get(module, {})
            return LlmInt8(self.take(path + "codes"), self.take(path + "scales"), known.get("threshold", 6))
        if self.has(module + ".palette.codes"):
            path, known = module + ".palette.", self.constants.get(module, {})
            codes = self.take(path + "codes")
            return Palette(codes, self.take(path + "tables"), inputs, known.get("bits", 8), known.get("rows", len(codes)))
        if self.has(module + ".sparse.mask"):
            return Sparse(self.take(module + ".sparse.mask"), self.take(module + ".sparse.values"), inputs)
        if self.has(module + ".sparsecodes.mask"):
            path, known = module + ".sparsecodes.", self.constants[module]
            zeros = self.take(path + "zeros") if self.has(path + "zeros") else None
            bits, group, count = known["bits"], known["group"], known["stored"]
            mask, codes, scales = (self.take(path + name) for name in ("mask", "codes", "scales"))
            return SparseCodes(mask, codes, count, scales, zeros, inputs, bits, group)
        if self.has(module + ".placed.outputs"):
            return Placed(self.take(module + ".placed.outputs"))
        if self.has(module + ".svdsoftmax.preview"):
            path = module + ".svdsoftmax."
            rest = self.take(path + "rest") if self.has(path + "rest") else None
            return Preview(self.take(path + "v"), self.take(path + "preview"), rest, self.constants[module]["full"])
        if self.has(module + ".selected.inputs"):
            return SelectedInputs(self.take(module + ".selected.inputs"))
        if self.has_below(module + ".chain."):
            middle = self.outputs(module + ".chain.0")
            first = self.form(module + ".chain.0", inputs, middle, 1)
            return nn.Sequential(first, self.form(module + ".chain.1", middle, outputs, head_size))
        if self.has_below(module + ".sum."):
            parts = (self.form(module + part, inputs, outputs, head_size) for part in (".sum.0", ".sum.1"))
            return Sum(*parts)
        raise ValueError(f"{module} is missing, or in a form that this loader does not know")

    def slices(self, module, kind, own):
        parts = ("a", "b", "core") if kind == "tucker" else ("a", "b")
        shared = [self.basis(module, f".{kind}.{part}") for part in parts]
        of_inputs = self.constants.get(module, {}).get("of_inputs", False)
        return Slices(kind, shared, self.take(f"{module}.{kind}.{own}"), of_inputs)

    def basis(self, module, part=".shared.v"):
        """What a module shares, such as V, which may be stored with another."""
        name = self.constants.get(module, {}).get("basis", module) + part
        if name not in self.bases:
            self.bases[name] = nn.Parameter(self.take(name))
        return self.bases[name]


def dense(weight, bias=None):
    """A linear layer of a matrix [outputs, inputs]."""
    linear = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    linear.weight = nn.Parameter(weight)
    if bias is not None:
        linear.bias = nn.Parameter(bias)
    return linear


def load(directory):
    """The model in a folder, in evaluation mode and single precision.

    :raises ValueError: if a tensor is missing, is left over, or is in a form that is not known here
    """
    directory = Path(directory)
    config, block = read_config(directory)
    tensors = read_tensors(directory)
    model = model_class(config, tensors)(config)
    family = config.model_type
    tensors = {own_name(model, name): tensor for name, tensor in tensors.items() if not is_inert(family, name)}
    constants = {own_name(model, name): dict(known) for name, known in block.get("forms", {}).items()}
    for known in constants.values():
        if "basis" in known:
            known["basis"] = own_name(model, known["basis"])
    forms = Forms(tensors, constants)
    replace_head(model, family, forms)
    replace_input(model, config, forms)
    replace_tables(model, forms)
    replace_matrices(model, config, forms)
    fit_attentions(model, forms)
    load_rest(model, forms)
    listen_for_padding(model)
    return model.eval()


def load_tokenizer(directory, **options):
    """The tokenizer in a folder; the options are those of transformers' AutoTokenizer."""
    config, _ = read_config(Path(directory))
    return transformers.AutoTokenizer.from_pretrained(str(directory), config=config, **options)


def read_config(directory):
    """The configuration as transformers knows it, and what LRF-Bench told of the model."""
    values = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    block = values.pop("lrfbench", None) or {}
    if "unfinished" in block:
        raise ValueError(f"{directory}: {block['unfinished']}")
    family = values.pop("model_type", "").removeprefix(TYPE_PREFIX)
    if family not in FAMILIES:
        raise ValueError(f"{directory}: model_type '{family}' is none of {', '.join(FAMILIES)}")
    classes = [name.removeprefix(CLASS_PREFIX) for name in values.pop("architectures", None) or []]
    for name in ("dtype", "torch_dtype"):
        values.pop(name, None)
    config = transformers.AutoConfig.for_model(family, **values)
    config.architectures = classes
    return config, block


def read_tensors(directory):
    """All tensors of a folder by their names, numbers in single precision."""
    index = directory / "model.safetensors.index.json"
    files = [directory / name for name in ("lrfbench_model.safetensors", "model.safetensors")]
    files = [file for file in files if file.exists()][:1]
    if not files and index.exists():
        shards = json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()
        files = [directory / name for name in sorted(set(shards))]
    if not files:
        raise ValueError(f"{directory} holds no lrfbench_model.safetensors and no model.safetensors")
    tensors = {}
    for file in files:
        tensors.update(load_file(file))
    return {name: t.float() if t.is_floating_point() else t for name, t in tensors.items()}


def model_class(config, tensors):
    """The class of transformers that a checkpoint is of: by its head, whatever the configuration says."""
    classifier = re.compile(r"(?:classifier|score)\.")
    if any(classifier.match(name) for name in tensors):
        return transformers.MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING[type(config)]
    if config.model_type == "gpt2":
        return transformers.GPT2LMHeadModel
    return transformers.MODEL_MAPPING[type(config)]


def own_name(model, name):
    """A tensor's name in the model: with or without the prefix, and norms by their new names."""
    name = re.sub(r"(LayerNorm|layer_norm)\.gamma$", r"\1.weight", name)
    name = re.sub(r"(LayerNorm|layer_norm)\.beta$", r"\1.bias", name)
    prefix = model.base_model_prefix + "."
    is_base = model is model.base_model
    if is_base:
        return name.removeprefix(prefix)
    head = name.split(".")[0] in ("classifier", "pre_classifier", "score", "lm_head")
    return name if head or name.startswith(prefix) else prefix + name


def is_inert(family, name):
    """Positions and masks of old checkpoints, and heads of a pre-training that is over."""
    masks = r"\.attn\.(?:masked_)?bias$|^h\.\d+\.attn\.(?:masked_)?bias$"
    heads = r"^(?:cls|vocab_projector|vocab_transform|vocab_layer_norm|predictions|sop_classifier)\."
    if family != "gpt2":
        heads += r"|^lm_head\."
    return re.search(rf"position_ids$|{masks}|{heads}", name) is not None


def replace_head(model, family, forms):
    """Puts a classifier over the first token itself in the place of a head of two layers."""
    if family == "bert" and model is not model.base_model:
        if forms.is_compressed("classifier") and not forms.is_stored("bert.pooler.dense"):
            forms.place(model, "bert.pooler", FirstToken())
    elif family == "bert" and not forms.is_stored("pooler.dense"):
        model.pooler = None
    elif family == "roberta" and model is model.base_model and not forms.is_stored("pooler.dense"):
        model.pooler = None
    elif family == "roberta" and forms.is_compressed("classifier.out_proj"):
        if not forms.is_stored("classifier.dense"):
            width = model.config.hidden_size
            direct = forms.linear("classifier.out_proj", width, model.config.num_labels)
            forms.place(model, "classifier", FirstToken(direct))
    elif family == "albert" and model is not model.base_model:
        if forms.is_compressed("classifier") and not forms.is_stored("albert.pooler"):
            forms.place(model, "albert.pooler", nn.Identity())
            model.albert.pooler_activation = nn.Identity()
    elif family == "albert" and not forms.is_stored("pooler"):
        model.pooler = None
    elif family == "distilbert" and forms.is_compressed("classifier"):
        if not forms.is_stored("pre_classifier"):
            direct = forms.linear("classifier", model.config.dim, model.config.num_labels)
            forms.place(model, "pre_classifier", Halves())
            forms.place(model, "classifier", Whole(direct))


def replace_input(model, config, forms):
    """Puts narrow embeddings and what lifts them in the place of a sum of embeddings, where they are stored."""
    root = next((name.split("safe.")[0] for name in forms.tensors if re.search(r"(^|\.)safe\.", name)), None)
    if root is None:
        return
    gpt2 = config.model_type == "gpt2"
    causal = gpt2 or getattr(config, "is_decoder", False)
    epsilon = getattr(config, "layer_norm_epsilon" if gpt2 else "layer_norm_eps", 1e-12)
    names = ("wte", "wpe", None, "drop") if gpt2 else (
        "word_embeddings", "position_embeddings", "token_type_embeddings", "LayerNorm")
    word, position, token_type, last = (root + name if name else None for name in names)
    table = forms.take(word + ".weight")
    width, heads = table.shape[1], forms.constants[root + "safe"]["heads"]
    words = ScaledWords(table, math.sqrt(config.hidden_size if causal else width))
    parts = {}
    for name in ("attention.query", "attention.key", "attention.value", "attention.output", "inner", "outer"):
        path = f"{root}safe.{name}"
        parts[name.split(".")[-1]] = dense(forms.take(path + ".weight"), forms.take(path + ".bias"))
    for name, part in (("narrow_norm", "attention.LayerNorm"), ("norm", "LayerNorm")):
        gain = forms.take(f"{root}safe.{part}.weight")
        parts[name] = nn.LayerNorm(gain.shape[0], eps=epsilon)
        parts[name].weight, parts[name].bias = (
            nn.Parameter(gain), nn.Parameter(forms.take(f"{root}safe.{part}.bias")))
    layer = Safe(parts, heads, causal)
    layer.listen(model.base_model)
    for settings in (config, getattr(model, "generation_config", None)):
        if settings is not None:
            settings.use_cache = False
    forms.place(model, word, words)
    for table in (position, token_type):
        if table and forms.has(table + ".weight"):
            forms.place(model, table, nn.Embedding.from_pretrained(forms.take(table + ".weight"), freeze=False))
    forms.place(model, last, layer)
    if forms.has(root + "safe.head.weight"):
        narrow = dense(forms.take(root + "safe.head.weight"), forms.take(root + "safe.head.bias"))
        forms.place(model, "lm_head", TiedHead(words, narrow))


def listen_for_padding(model):
    """Tells layers in which a token's outliers are all tokens' which tokens are padding."""
    layers = [module for module in model.modules() if isinstance(module, LlmInt8)]

    def told(mask, _):
        for layer in layers:
            layer.mask = mask

    if layers:
        before_passes(model.base_model, told)


def replace_tables(model, forms):
    """Puts stored forms in the place of word embeddings, and of a head that is tied to them."""
    for name, module in list(model.named_modules()):
        if isinstance(module, nn.Embedding) and forms.is_compressed(name):
            words, width = module.weight.shape
            table = Table(forms.linear(name, words, width), width, words)
            forms.place(model, name, table)
            if getattr(model.config, "tie_word_embeddings", False) and not forms.is_compressed("lm_head"):
                if hasattr(model, "lm_head"):
                    forms.place(model, "lm_head", TiedHead(table))


def replace_matrices(model, config, forms):
    """Puts the stored forms in the place of linear layers that are not stored as the model has them."""
    head_size = config.hidden_size // (getattr(config, "num_attention_heads", None) or config.n_heads)
    for name, module in list(model.named_modules()):
        transposed = isinstance(module, transformers.pytorch_utils.Conv1D)
        if not transposed and not isinstance(module, nn.Linear):
            continue
        inputs, outputs = module.weight.shape if transposed else reversed(module.weight.shape)
        # The width of an attention or a feed-forward layer, where it is another in every block.
        known = forms.constants.get(name, {})
        inputs, outputs = known.get("inputs", inputs), known.get("outputs", outputs)
        parts = [f"{name}.{part}" for part in "qkv"]
        if any(forms.is_stored(part) for part in parts):
            width = forms.constants.get(parts[0], {}).get("outputs", outputs // 3)
            replacement = SideBySide([projection(forms, part, inputs, width, head_size) for part in parts])
        elif forms.is_compressed(name):
            replacement = forms.linear(name, inputs, outputs, head_size)
        elif forms.has(name + ".weight"):
            replacement = narrower(forms, name, module, transposed)
        else:
            continue
        if replacement is not None:
            forms.place(model, name, replacement)


def fit_attentions(model, forms):
    """Tells a GPT-2 how wide attentions of fewer heads are; other models see it in their matrices."""
    for name, module in model.named_modules():
        if hasattr(module, "split_size"):
            module.split_size = forms.constants.get(name + ".c_proj", {}).get("inputs", module.split_size)


def projection(forms, name, inputs, outputs, head_size):
    """A part of c_attn, which a GPT-2's whole matrices are stored like: [inputs, outputs]."""
    if forms.is_compressed(name):
        return forms.linear(name, inputs, outputs, head_size)
    return dense(forms.take(name + ".weight").T, forms.take(name + ".bias"))


def narrower(forms, name, module, transposed):
    """A layer of another width than the configuration's, or with a bias more; None where it is as usual.

    A GPT-2's is stored transposed.
    """
    usual = forms.tensors[name + ".weight"].shape == module.weight.shape
    if usual and (module.bias is not None or not forms.has(name + ".bias")):
        return None
    bias = forms.take(name + ".bias") if forms.has(name + ".bias") else None
    weight = forms.take(name + ".weight")
    return dense(weight.T if transposed else weight, bias)


def load_rest(model, forms):
    """Loads what is no linear layer in a form of its own, and checks that nothing is missing or left."""
    rest = {name: tensor for name, tensor in forms.tensors.items() if name not in forms.taken}
    tied = "lm_head.weight"
    is_tied = getattr(model.config, "tie_word_embeddings", False) and hasattr(model, "lm_head")
    if is_tied:
        rest.pop(tied, None)
    missing, unexpected = model.load_state_dict(rest, strict=False)
    known = tuple(forms.replaced) + ((tied,) if is_tied else ())
    missing = [name for name in missing if not name.startswith(known)]
    if missing or unexpected:
        raise ValueError(f"missing: {', '.join(missing) or 'nothing'}; left over: {', '.join(unexpected) or 'nothing'}")
    if is_tied and not isinstance(model.lm_head, TiedHead):
        model.lm_head.weight = model.get_input_embeddings().weight


def main(arguments):
    if len(arguments) != 1:
        print("usage: python lrfbench_loader.py DIR", file=sys.stderr)
        return 2
    model = load(arguments[0])
    parameters = sum(p.numel() for p in model.parameters())
    codes = sum(len(m.codes) * m.inputs for m in model.modules() if isinstance(m, (Codes, LlmInt8, Palette)))
    print(f"{type(model).__name__}\t{parameters} parameters\t{codes} codes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
