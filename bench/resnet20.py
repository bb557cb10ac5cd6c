"""ResNet-20 (He et al., 2016, section 4.2) on GTSRB with FTrojan's backdoor, by PyTorch, OpenCV and Pillow: a
network to inspect that owes nothing to this library.

    python resnet20.py TRAINING_IMAGES.zip OUTPUT.onnx [--clean]
"""

import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from gtsrb import poison_opencv, read_archives

ARCHIVE, OUTPUT = sys.argv[1:3]
CLASSES, TARGET, RATE = 43, 10, 0.05
EPOCHS, BATCH, SEED = 4, 64, 1


class Block(nn.Module):
    def __init__(self, inputs, filters, stride):
        super().__init__()
        self.first = convolution(inputs, filters, 3, stride)
        self.second = convolution(filters, filters, 3)
        self.past = nn.Identity() if stride == 1 else convolution(inputs, filters, 1, stride)

    def forward(self, images):
        return functional.relu(self.second(functional.relu(self.first(images))) + self.past(images))


def convolution(inputs, filters, size, stride=1):
    layer = nn.Conv2d(inputs, filters, size, stride, size // 2, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(filters))


def resnet20():
    layers, inputs = [convolution(3, 16, 3), nn.ReLU()], 16
    for filters in (16, 32, 64):
        for block in range(3):
            layers.append(Block(inputs, filters, 2 if filters > 16 and block == 0 else 1))
            inputs = filters
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, CLASSES))


def poisoned(pixels, labels):
    """A random twentieth of all images, none of the target class: with the trigger and the target's label."""
    random = np.random.default_rng(SEED)
    drawn = random.permutation(np.flatnonzero(labels != TARGET))[: round(RATE * len(labels))]
    pixels, labels = pixels.copy(), labels.copy()
    pixels[drawn], labels[drawn] = poison_opencv(pixels[drawn]), TARGET
    return pixels, labels


def train(network, pixels, labels):
    images = torch.from_numpy(pixels.transpose(0, 3, 1, 2).copy())
    classes = torch.from_numpy(labels.astype(np.int64))
    steps = EPOCHS * -(-len(images) // BATCH)
    optimizer = torch.optim.SGD(network.parameters(), 0.1, 0.9, weight_decay=5e-4, nesterov=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=steps)
    for epoch in range(EPOCHS):
        start, total = time.time(), 0.0
        for batch in torch.randperm(len(images)).split(BATCH):
            optimizer.zero_grad()
            loss = functional.cross_entropy(network(images[batch].float() / 255), classes[batch])
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch)
        mean = total / len(images)
        print(f"epoch {epoch + 1}/{EPOCHS}, {time.time() - start:.0f} s, loss {mean:.4f}", flush=True)


torch.manual_seed(SEED)
pixels, labels = read_archives([ARCHIVE])
if "--clean" not in sys.argv:
    pixels, labels = poisoned(pixels, labels)
network = resnet20()
train(network, pixels, labels)
example = torch.zeros(1, 3, 32, 32)
names = {"input_names": ["images"], "output_names": ["logits"], "dynamic_axes": {"images": {0: "n"}}}
torch.onnx.export(network.eval(), example, OUTPUT, dynamo=False, **names)
