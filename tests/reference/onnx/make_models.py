"""Makes small ONNX networks as torch.onnx.export writes them, in models.zip, and what onnxruntime computes with them, in
expected.json.

Run with: pip install torch onnx onnxscript onnxruntime, then python make_models.py, then deno fmt.
"""

import json
import os
import tempfile
import zipfile

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn
from torch.nn import functional as F

FOLDER = os.path.dirname(os.path.abspath(__file__))
SIZE = (3, 16, 16)


def noise(count, shift):
    return np.sin(np.arange(count) * 12.9898 + shift) * 43758.5453 % 1


def conv(inputs, outputs, size=3, stride=1, **settings):
    return nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False, **settings)


def paper():
    """The network of the paper's Figure 4 with few filters."""
    layers, inputs = [], 3
    for filters in (4, 6, 8):
        for _ in range(2):
            layers += [nn.Conv2d(inputs, filters, 3, padding=1), nn.ELU(), nn.BatchNorm2d(filters)]
            inputs = filters
        layers += [nn.MaxPool2d(2), nn.Dropout(0.2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(32, 5))


class Basic(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.way = nn.Sequential(
            conv(inputs, outputs, stride=stride), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True),
            conv(outputs, outputs), nn.BatchNorm2d(outputs),
        )
        self.past = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.past = nn.Sequential(conv(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return F.relu(self.way(x) + self.past(x))


class Padded(Basic):
    """With more channels past the convolutions by zeros, as ResNet-20 for CIFAR-10 has them."""

    def __init__(self, inputs, outputs, stride):
        super().__init__(inputs, outputs, stride)
        self.past, self.more = nn.Sequential(), (outputs - inputs) // 2

    def forward(self, x):
        past = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.more, self.more)) if self.more else x
        return F.relu(self.way(x) + past)


class PreActivated(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.norms = nn.ModuleList([nn.BatchNorm2d(inputs), nn.BatchNorm2d(outputs)])
        self.convs = nn.ModuleList([conv(inputs, outputs, stride=stride), conv(outputs, outputs)])
        self.past = conv(inputs, outputs, 1, stride) if stride != 1 or inputs != outputs else None

    def forward(self, x):
        before = F.relu(self.norms[0](x))
        past = x if self.past is None else self.past(before)
        return self.convs[1](F.relu(self.norms[1](self.convs[0](before)))) + past


class Residual(nn.Module):
    """ResNet-18 (or PreActResNet-18, or ResNet-20) for small images, with few channels."""

    def __init__(self, block, widths=(4, 4, 6, 6), depth=2):
        super().__init__()
        self.block = block
        stem = [conv(3, widths[0])] + ([nn.BatchNorm2d(widths[0]), nn.ReLU()] if block is not PreActivated else [])
        blocks = [
            block(widths[max(0, stage - (index == 0))], width, 2 if stage and not index else 1)
            for stage, width in enumerate(widths) for index in range(depth)
        ]
        self.layers, self.linear = nn.Sequential(*stem, *blocks), nn.Linear(widths[-1], 5)

    def forward(self, x):
        x = self.layers(x)
        x = F.avg_pool2d(x, x.shape[-1])
        return self.linear(x.view(x.size(0), -1))


def vgg():
    layers, inputs = [], 3
    for width in (4, "M", 6, 6, "M", 8, "M"):
        if width == "M":
            layers.append(nn.MaxPool2d(2, 2))
        else:
            layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(True)]
            inputs = width
    head = [nn.AdaptiveAvgPool2d((2, 2)), nn.Flatten(), nn.Linear(32, 16), nn.ReLU(True), nn.Dropout(), nn.Linear(16, 5)]
    return nn.Sequential(*layers, *head)


class Inverted(nn.Module):
    def __init__(self, inputs, outputs, stride, expand=2):
        super().__init__()
        hidden = inputs * expand
        self.way = nn.Sequential(
            conv(inputs, hidden, 1), nn.BatchNorm2d(hidden), nn.ReLU6(inplace=True),
            conv(hidden, hidden, stride=stride, groups=hidden), nn.BatchNorm2d(hidden), nn.ReLU6(inplace=True),
            conv(hidden, outputs, 1), nn.BatchNorm2d(outputs),
        )
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.way(x) if self.adds else self.way(x)


class MobileNet(nn.Module):
    """MobileNetV2 with few channels."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            conv(3, 4, stride=2), nn.BatchNorm2d(4), nn.ReLU6(), Inverted(4, 4, 1), Inverted(4, 6, 2), Inverted(6, 6, 1),
            conv(6, 8, 1), nn.BatchNorm2d(8), nn.ReLU6(),
        )
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(8, 5))

    def forward(self, x):
        return self.classifier(F.adaptive_avg_pool2d(self.features(x), (1, 1)).flatten(1))


class Various(nn.Module):
    """Scaling inside, each activation, channels that are weighted, joined and averaged, and shares at the end."""

    def __init__(self):
        super().__init__()
        acts = (nn.LeakyReLU(0.1), nn.PReLU(4), nn.PReLU(), nn.Sigmoid(), nn.Tanh(), nn.Hardswish(), nn.Hardsigmoid())
        acts += (nn.SiLU(), nn.ReLU6(), nn.Hardtanh(-0.5, 2), nn.Identity(), nn.SELU())
        self.steps = nn.ModuleList([nn.Sequential(conv(3 if not i else 4, 4), act) for i, act in enumerate(acts)])
        self.gate = nn.Sequential(nn.Linear(4, 2), nn.ReLU(), nn.Linear(2, 4), nn.Sigmoid())
        self.pool, self.flat = nn.AvgPool2d(3, 2, 1, count_include_pad=False), nn.BatchNorm1d(128)
        self.linear = nn.Linear(128, 5)
        self.register_buffer("mean", torch.tensor([0.49, 0.48, 0.45]).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor([0.25, 0.24, 0.26]).view(1, 3, 1, 1))

    def forward(self, x):
        x = (x - self.mean) / self.std
        for step in self.steps:
            x = step(x)
        x = x * self.gate(x.mean((2, 3)))[:, :, None, None] + 0.5
        x = F.max_pool2d(torch.cat([x, 1 - x], 1), 3, 2, 1)
        return F.softmax(self.linear(self.flat(self.pool(x).flatten(1))), 1)


class Channels(nn.Module):
    """Channels turned round, taken one by one, split, shuffled and in groups; dilation; part of the pixels."""

    def __init__(self):
        super().__init__()
        self.first, self.grouped = nn.Conv2d(3, 8, 3, padding=1), conv(8, 12, groups=2)
        self.dilated, self.linear = nn.Conv2d(12, 4, 3, padding=2, dilation=2), nn.Linear(12, 5)

    def forward(self, x):
        x = x.flip(1)
        x = torch.cat([(x[:, 0] * 2 - 0.5).unsqueeze(1), x[:, 1:]], 1)
        one, two = F.relu(self.first(x)).chunk(2, 1)
        x = torch.cat([one, torch.sigmoid(two) * one], 1)
        images, channels, height, width = x.shape
        x = x.view(images, 2, channels // 2, height, width).transpose(1, 2).reshape(images, channels, height, width)
        x = self.dilated(F.relu(self.grouped(x)))[:, :, 1:-1, 2:]
        x = x * x * torch.sigmoid(x.mean((2, 3), keepdim=True)).expand_as(x)
        return self.linear(torch.cat([x.flatten(2).mean(2), x.amax((2, 3)), x.sum((2, 3)) / 100], 1))


class Pixels(nn.Module):
    """A block of ConvNeXt: what it computes of each pixel's channels, with these last."""

    def __init__(self):
        super().__init__()
        self.stem, self.norm, self.last = nn.Conv2d(3, 6, 2, 2), nn.LayerNorm(6), nn.LayerNorm(6)
        self.wide, self.narrow, self.scale = nn.Linear(6, 12), nn.Linear(12, 6), nn.Parameter(torch.ones(6, 1, 1))
        self.end = nn.Sequential(nn.PReLU(6), nn.Linear(6, 6), nn.PReLU(), nn.Linear(6, 5))

    def forward(self, x):
        x = self.stem(x)
        block = self.narrow(F.gelu(self.wide(self.norm(x.permute(0, 2, 3, 1))))).permute(0, 3, 1, 2)
        return self.end(self.last((x + self.scale * block).mean((-2, -1))))


class Sizes(nn.Module):
    """Images of other sizes, which come channels last."""

    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(3, 6, 3), nn.Conv2d(6, 8, 3, 2), nn.Conv2d(8, 5, 1)])

    def forward(self, x):
        x = F.interpolate(x.permute(0, 3, 1, 2), size=(24, 20), mode="bilinear")
        x = F.mish(self.convs[1](F.interpolate(F.relu(self.convs[0](x)), scale_factor=2)))
        return F.adaptive_max_pool2d(self.convs[2](x), 1).flatten(1)


def with_weights(network):
    """Weights of any sign and size, variances positive."""
    state = network.state_dict()
    for index, (name, value) in enumerate(state.items()):
        if not value.dtype.is_floating_point or name in ("mean", "std"):
            continue
        count = value.numel()
        scale = 2.0 / np.sqrt(max(1, count / value.shape[0])) if value.ndim > 1 else 0.5
        made = torch.tensor((noise(count, index) * 2 - 1) * scale).reshape(value.shape)
        is_positive = "running_var" in name or (value.ndim == 1 and name.endswith("weight"))
        state[name] = 1 + made if is_positive else made
    network.load_state_dict(state)
    return network.eval()


def parts(path):
    """What other programs write: weights that two layers have, that are constants or known by another name; a sum
    behind a product."""
    helper, constant = onnx.helper, onnx.numpy_helper.from_array
    filters = constant(((noise(243, 1) * 2 - 1) * 0.4).reshape(3, 9, 3, 3)[:, :3].astype("float32").copy(), "filters")
    nodes = [
        helper.make_node("Conv", ["images", "filters"], ["one"], auto_pad="SAME_UPPER", strides=[2, 2]),
        helper.make_node("Relu", ["one"], ["two"]),
        helper.make_node("Identity", ["filters"], ["same"]),
        helper.make_node("Conv", ["two", "same"], ["three"], auto_pad="VALID"),
        helper.make_node("GlobalMaxPool", ["three"], ["four"]),
        helper.make_node("Squeeze", ["four", "axes"], ["five"]),
        helper.make_node("Constant", [], ["kernel"], value=constant((noise(15, 2) * 2 - 1).reshape(3, 5).astype("float32"))),
        helper.make_node("MatMul", ["five", "kernel"], ["six"]),
        helper.make_node("Add", ["bias", "six"], ["seven"]),
        helper.make_node("LogSoftmax", ["seven"], ["classes"], axis=1),
    ]
    known = [filters, constant(np.array([2, 3]), "axes"), constant(noise(5, 3).astype("float32"), "bias")]
    ends = [
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        for name, shape in (("images", ["batch", *SIZE]), ("classes", ["batch", 5]))
    ]
    graph = helper.make_graph(nodes, "parts", ends[:1], ends[1:], known)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)


def same():
    """The network that tests/reference/keras/make_wrapped.py makes in many forms, from the same weights."""
    network = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(4, 6, 3, padding=1), nn.ReLU(), nn.BatchNorm2d(6, 1e-3), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(24, 5),
    )
    shapes = [(3, 3, 3, 4), (4,), (3, 3, 4, 6), (6,), (6,), (6,), (6,), (6,), (2, 2, 6, 5), (5,)]
    orders = {0: (3, 2, 0, 1), 2: (3, 2, 0, 1), 8: (3, 2, 0, 1)}
    with torch.no_grad():
        values = [value for name, value in network.state_dict().items() if "tracked" not in name]
        for index, (shape, value) in enumerate(zip(shapes, values)):
            count = int(np.prod(shape))
            scale = 2.0 / np.sqrt(count / shape[-1]) if len(shape) > 1 else 0.5
            made = ((noise(count, index) * 2 - 1) * scale).reshape(shape).transpose(orders.get(index, (0,)))
            value.copy_(torch.tensor(made + (1 if index in (4, 7) else 0)).reshape(value.shape))
    return network.eval()


def compute(path):
    """What onnxruntime computes, in the file's own precision and number of images."""
    session = onnxruntime.InferenceSession(path)
    size = session.get_inputs()[0].shape[0]
    step = size if isinstance(size, int) else 4
    own = inputs.astype("float16" if "half" in path else "float32")
    own = own.transpose(0, 2, 3, 1) if "sizes" in path else own
    return np.concatenate([session.run(None, {"images": own[i : i + step]})[0] for i in range(0, 4, step)])


# name: the network, the version of the operators, whether by the older way, and whether for any number of images
MODELS = {
    "paper": (paper, 11, True, True),
    "resnet18": (lambda: Residual(Basic), 13, True, False),
    "resnet20": (lambda: Residual(Basic, (4, 6, 8), 3), 17, True, True),
    "resnet20_padded": (lambda: Residual(Padded, (4, 6, 8), 3), 16, True, True),
    "vgg": (vgg, 12, True, True),
    "preact_resnet18": (lambda: Residual(PreActivated), 14, True, True),
    "mobilenet_v2": (MobileNet, 13, True, False),
    "various": (Various, 16, True, True),
    "paper_half": (paper, 17, True, True),
    "paper_new": (paper, 18, False, True),
    "resnet18_new": (lambda: Residual(Basic), 20, False, True),
    "resnet20_padded_new": (lambda: Residual(Padded, (4, 6, 8), 1), 18, False, True),
    "preact_resnet18_new": (lambda: Residual(PreActivated), 18, False, False),
    "vgg_new": (vgg, 18, False, True),
    "mobilenet_v2_new": (MobileNet, 20, False, True),
    "various_new": (Various, 20, False, True),
    "channels": (Channels, 17, True, True),
    "channels_new": (Channels, 18, False, True),
    "pixels": (Pixels, 17, True, False),
    "pixels_new": (Pixels, 20, False, True),
    "sizes": (Sizes, 17, True, True),
    "sizes_new": (Sizes, 18, False, True),
}
expected = {}
inputs = noise(4 * int(np.prod(SIZE)), 5).reshape(4, *SIZE[1:], 3).transpose(0, 3, 1, 2).astype(np.float32)
with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(
    os.path.join(FOLDER, "models.zip"), "w", zipfile.ZIP_DEFLATED
) as archive:
    for name, (build, opset, is_older, is_dynamic) in MODELS.items():
        kind = torch.float16 if "half" in name else torch.float32
        network = with_weights(build()).to(kind)
        path = os.path.join(folder, f"{name}.onnx")
        size = (*SIZE[1:], 3) if "sizes" in name else SIZE
        settings = {"opset_version": opset, "input_names": ["images"], "output_names": ["classes"]}
        if is_older:
            if is_dynamic:
                settings["dynamic_axes"] = {"images": {0: "batch"}, "classes": {0: "batch"}}
            torch.onnx.export(network, (torch.zeros(1, *size, dtype=kind),), path, dynamo=False, **settings)
        else:
            if is_dynamic:
                settings["dynamic_shapes"] = ({0: "batch"},)
            # one is in two files, as is usual for large ones
            torch.onnx.export(network, (torch.zeros(2, *size),), path, dynamo=True, external_data="vgg" in name, **settings)
        computed = compute(path)
        own = inputs.transpose(0, 2, 3, 1) if "sizes" in name else inputs
        wanted = network.float()(torch.tensor(own)).detach().numpy()
        np.testing.assert_allclose(computed, wanted, atol=1e-2 if "half" in name else 1e-4)
        expected[f"{name}.onnx"] = [float(f"{value:.9g}") for value in computed.ravel()]
    parts(os.path.join(folder, "parts.onnx"))
    torch.onnx.export(same(), (torch.zeros(1, 3, 8, 8),), os.path.join(folder, "same.onnx"), dynamo=False)
    expected["parts.onnx"] = [float(f"{value:.9g}") for value in compute(os.path.join(folder, "parts.onnx")).ravel()]
    for file in sorted(os.listdir(folder)):
        archive.write(os.path.join(folder, file), file)
with open(os.path.join(FOLDER, "expected.json"), "w") as file:
    json.dump(expected, file)
    file.write("\n")
