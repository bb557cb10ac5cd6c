"""Makes small forms of the three architectures in Keras's formats, in architectures.zip, and what Keras predicts with
them, in architectures.json.

Run with: pip install -r requirements.txt, then KERAS_BACKEND=jax python make_architectures.py, then deno fmt.
"""

import json
import os
import tempfile
import zipfile

import keras
import numpy as np
from keras import layers

FOLDER = os.path.dirname(os.path.abspath(__file__))


def noise(count, shift):
    return np.sin(np.arange(count) * 12.9898 + shift) * 43758.5453 % 1


def paper():
    x = images = keras.Input((16, 16, 3))
    for filters in (4, 6, 8):
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same")(x)
            x = layers.BatchNormalization()(layers.Activation("elu")(x))
        x = layers.Dropout(0.2)(layers.MaxPooling2D(2)(x))
    return keras.Model(images, layers.Dense(5)(layers.Flatten()(x)))


def plain():
    x = images = keras.Input((16, 16, 3))
    for index, filters in enumerate((4, 4, 6, 6, 8, 8)):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
        x = layers.MaxPooling2D(2)(x) if index in (1, 3) else x
    return keras.Model(images, layers.Dense(5)(layers.GlobalAveragePooling2D()(x)))


def residual():
    def normalized(x, filters, size=3, strides=1):
        x = layers.Conv2D(filters, size, strides=strides, padding="same", use_bias=False)(x)
        return layers.BatchNormalization()(x)

    images = keras.Input((16, 16, 3))
    x = layers.ReLU()(normalized(images, 4))
    for filters, strides in ((4, 1), (6, 2), (8, 2)):
        past = x if strides == 1 else normalized(x, filters, 1, strides)
        second = normalized(layers.ReLU()(normalized(x, filters, strides=strides)), filters)
        x = layers.ReLU()(layers.Add()([second, past]))
    return keras.Model(images, layers.Dense(5)(layers.GlobalAveragePooling2D()(x)))


expected = {"keras": keras.__version__}
inputs = noise(4 * 16 * 16 * 3, 5).reshape(4, 16, 16, 3).astype(np.float32)
with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(
    os.path.join(FOLDER, "architectures.zip"), "w", zipfile.ZIP_DEFLATED
) as archive:
    for build in (paper, plain, residual):
        network = build()
        values = []
        for index, weight in enumerate(network.weights):
            count = int(np.prod(weight.shape))
            scale = 2.5 / np.sqrt(max(1, count / weight.shape[-1])) if len(weight.shape) > 1 else 0.5
            value = (noise(count, index) * 2 - 1) * scale
            positive = "gamma" in weight.path or "variance" in weight.path
            values.append((1 + value if positive else value).reshape(weight.shape))
        network.set_weights(values)
        expected[build.__name__] = [float(f"{value:.9g}") for value in network.predict(inputs, verbose=0).ravel()]
        for name in (f"{build.__name__}.keras", f"{build.__name__}.h5"):
            network.save(os.path.join(folder, name))
            archive.write(os.path.join(folder, name), name)
with open(os.path.join(FOLDER, "architectures.json"), "w") as file:
    json.dump(expected, file)
    file.write("\n")
