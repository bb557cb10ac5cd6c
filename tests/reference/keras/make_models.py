"""Makes the Keras networks that the tests load, in models.zip, and what Keras predicts with them, in expected.json.

Run with: pip install tensorflow-cpu keras tf_keras, then python make_models.py
Inputs are the noise of make_reference.py, so that the tests make the same ones. Then deno fmt, as for all JSON.
"""

import json
import os
import tempfile
import zipfile

import keras
import numpy as np
import tensorflow as tf
import tf_keras

FOLDER = os.path.dirname(os.path.abspath(__file__))


def noise(count, shift):
    return np.sin(np.arange(count) * 12.9898 + shift) * 43758.5453 % 1


def paper_cnn(k):
    """The paper's CNN with few filters."""
    network = [k.layers.InputLayer(input_shape=(32, 32, 3)) if k is tf_keras else k.Input((32, 32, 3))]
    for block, filters in enumerate((4, 6, 8)):
        for _ in range(2):
            network += [
                k.layers.Conv2D(filters, 3, padding="same", kernel_regularizer=k.regularizers.L2(1e-4)),
                k.layers.Activation("elu"),
                k.layers.BatchNormalization(),
            ]
        network += [k.layers.MaxPooling2D(2), k.layers.Dropout((0.2, 0.3, 0.4)[block])]
    return k.Sequential(network + [k.layers.Flatten(), k.layers.Dense(5, activation="softmax")])


def branches(k):
    """Branches that are added and concatenated, and a layer called twice: on a late tensor, then on an early one."""
    layers = k.layers
    images = k.Input((16, 16, 3), name="images")
    x = layers.Rescaling(2.0, offset=-1.0, name="signed")(images)
    x = layers.ZeroPadding2D(((0, 1), (1, 0)))(x)
    x = layers.Conv2D(6, 3, strides=2, use_bias=False, name="stem")(x)
    x = layers.BatchNormalization(name="stem_normalization", scale=False, epsilon=1e-4)(x)
    x = layers.ReLU(max_value=6)(x)
    left = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2, activation="relu")(x)
    left = layers.Conv2D(6, 1, name="pointwise", trainable=False)(left)
    left = layers.BatchNormalization(name="frozen_normalization", trainable=False)(left)
    right = layers.SeparableConv2D(6, 3, padding="same", activation="elu")(x)
    x = layers.Add(name="sum")([left, right, x])
    shared = layers.Conv2D(4, 3, padding="same", dilation_rate=2, activation="tanh", name="shared")
    slope = {"alpha": 0.1} if k is tf_keras else {"negative_slope": 0.1}
    one = layers.LeakyReLU(**slope)(shared(x))
    two = layers.ELU()(shared(layers.SpatialDropout2D(0.2)(right)))
    two = layers.Activation("sigmoid")(layers.AveragePooling2D(3, strides=1, padding="same")(two))
    x = layers.Concatenate(axis=-1)([two, one])
    ends = [layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)]
    x = layers.Reshape((4, 4))(layers.Concatenate()(ends))
    x = layers.Dense(7)(layers.Flatten()(x))
    return k.Model(images, layers.Softmax(name="shares")(x), name="branches")


def activations(k):
    """Each activation function once."""
    names = (
        "elu gelu linear log_softmax mish relu relu6 selu sigmoid silu softmax softplus softsign swish tanh".split()
        if k is keras
        else "elu linear relu relu6 selu sigmoid softmax softplus softsign swish tanh".split()
    )
    values = k.Input((3, 2, 2))
    x = k.layers.Rescaling(8.0, offset=-4.0)(values)
    return k.Model(values, k.layers.Concatenate()([k.layers.Activation(name)(x) for name in names]))


def with_weights(network):
    """Weights of any sign and size, variances positive; and BatchNormalization's own are not what they start as."""
    values = []
    for index, weight in enumerate(network.weights):
        shape = tuple(weight.shape)
        count = int(np.prod(shape))
        scale = 2.5 / np.sqrt(max(1, count / shape[-1])) if len(shape) > 1 else 0.5
        value = (noise(count, index) * 2 - 1) * scale
        name = getattr(weight, "path", weight.name)
        values.append((1 + value if "gamma" in name or "variance" in name else value).reshape(shape))
    network.set_weights(values)
    return network


models = {
    # trained by a step: the file then has the optimizer's state as well
    "sequential.keras": (with_weights(paper_cnn(keras)), True),
    "sequential.h5": (with_weights(paper_cnn(keras)), True),
    "functional.keras": (with_weights(branches(keras)), False),
    "functional.h5": (with_weights(branches(keras)), False),
    "activations.keras": (activations(keras), False),
    # as Keras 2 wrote them
    "sequential_keras2.h5": (with_weights(paper_cnn(tf_keras)), True),
    "functional_keras2.h5": (with_weights(branches(tf_keras)), False),
    "functional_keras2.keras": (with_weights(branches(tf_keras)), False),
    "activations_keras2.h5": (activations(tf_keras), False),
}
expected = {"versions": {"keras": keras.__version__, "tf_keras": tf_keras.__version__, "tensorflow": tf.__version__}}
with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(
    os.path.join(FOLDER, "models.zip"), "w", zipfile.ZIP_DEFLATED
) as archive:
    for name, (network, trained) in models.items():
        shape = (4, *network.input_shape[1:])
        inputs = noise(int(np.prod(shape)), 5).reshape(shape).astype(np.float32)
        if trained:
            network.compile("adam" if name.endswith("keras") else "sgd", "sparse_categorical_crossentropy")
            network.fit(inputs, np.arange(4), batch_size=4, verbose=0)
        network.save(os.path.join(folder, name))
        archive.write(os.path.join(folder, name), name)
        predicted = network.predict(inputs, verbose=0)
        expected[name] = {"shape": shape, "predicted": [float(f"{value:.9g}") for value in predicted.ravel()]}
    network = with_weights(paper_cnn(keras))
    network.save_weights(os.path.join(folder, "only.weights.h5"))
    archive.write(os.path.join(folder, "only.weights.h5"), "only.weights.h5")
with open(os.path.join(FOLDER, "expected.json"), "w") as file:
    json.dump(expected, file)
    file.write("\n")
