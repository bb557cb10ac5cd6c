"""Makes small Keras networks in the wrappings that people save them in, in wrapped.zip, and what Keras predicts with
them, in wrapped.json.

Run with: pip install -r requirements.in tensorflow-cpu tf_keras and pip install --no-deps tensorflowjs,
then KERAS_BACKEND=jax python make_wrapped.py, then deno fmt.
"""

import importlib.util
import json
import os
import sys
import tempfile
import types
import zipfile

import h5py
import keras
import numpy as np
import tf_keras

FOLDER = os.path.dirname(os.path.abspath(__file__))
SIZE = (8, 8, 3)


def noise(count, shift):
    return np.sin(np.arange(count) * 12.9898 + shift) * 43758.5453 % 1


MEAN, STD = np.array([0.4, 0.5, 0.6], "float32"), np.array([0.2, 0.3, 0.25], "float32")


def backbone(k, trainable=True, name="backbone"):
    """Convolutions with normalisation and a residual."""
    L = k.layers
    images = k.Input(SIZE)
    x = L.Conv2D(4, 3, padding="same", name=f"{name}_stem")(images)
    past = x = L.BatchNormalization()(x)
    x = L.Conv2D(4, 3, padding="same", use_bias=False, activation="relu")(x)
    network = k.Model(images, L.Add()([L.BatchNormalization()(x), past]), name=name)
    network.trainable = trainable
    return network


def head(k, softmax=True):
    L = k.layers
    return [L.Conv2D(6, 3, activation="relu"), L.Flatten(), L.Dense(5, activation="softmax" if softmax else None)]


def transfer(k):
    """Augmentation, scaling and a frozen backbone inside a sequential network."""
    L = k.layers
    augment = k.Sequential([L.RandomFlip("horizontal"), L.RandomRotation(0.1), L.RandomContrast(0.1)], name="augment")
    return k.Sequential([
        k.Input(SIZE), augment, L.Rescaling(2.0, offset=-1.0), backbone(k, trainable=False),
        L.GaussianNoise(0.1), *head(k),
    ])


def twice(k):
    """A network within a network within a network, called twice."""
    L = k.layers
    images = k.Input(SIZE)
    inner = k.Sequential([k.Input(SIZE), backbone(k), L.ActivityRegularization(l2=1e-4), L.Conv2D(3, 1)], name="inner")
    x = L.Concatenate()([inner(images), inner(L.Rescaling(-1.0, offset=1.0)(images))])
    x = L.SeparableConv2D(6, 3, depth_multiplier=2, activation="relu")(x)
    for layer in head(k, softmax=False):
        x = layer(x)
    return k.Model(images, x)


def arithmetic(k):
    images = k.Input(SIZE)
    x = 2.0 - (images - MEAN) / STD
    x = -x + 0.5 if k is keras else x * -1.0 + 0.5
    for layer in head(k):
        x = layer(x)
    return k.Model(images, x)


def adapted(k):
    layer = k.layers.Normalization()
    layer.adapt(noise(20 * 192, 1).reshape(20, *SIZE).astype("float32"))
    inner = k.Sequential([k.Input(SIZE), layer, k.layers.Conv2D(3, 1)], name="inner")
    return k.Sequential([k.Input(SIZE), inner, *head(k)])


def given(k):
    normal = k.layers.Normalization(mean=MEAN.tolist(), variance=(STD**2).tolist())
    return k.Sequential([k.Input(SIZE), normal, *head(k)])


def activations(k):
    """Each that is not one of tfjs, by name, as a layer and as an object."""
    L = k.layers
    layers = [L.Conv2D(4, 3, activation="hard_sigmoid"), L.PReLU(shared_axes=[1, 2])]
    if k is keras:
        objects = [L.LeakyReLU(negative_slope=0.1), L.PReLU(shared_axes=[1, 2])]
        layers += [L.Conv2D(4, 3, padding="same", activation=act) for act in (*objects, "leaky_relu", "hard_swish")]
        layers += [L.ReLU(negative_slope=0.2), L.LayerNormalization(), L.Identity()]
    else:
        layers += [L.LeakyReLU(), L.LayerNormalization()]
    return k.Sequential([k.Input(SIZE), *layers, *head(k)])


def squeeze(k):
    """Channels weighted by what they say on the whole; both ways to keep their axes."""
    L = k.layers
    images = k.Input(SIZE, name="image")
    x = L.Conv2D(4, 3, activation="swish")(L.RandomFlip("horizontal")(images))
    gate = L.Reshape((1, 1, 4))(L.Dense(4, activation="sigmoid")(L.GlobalAveragePooling2D()(x)))
    x = L.Multiply()([x, gate])
    gate = L.Conv2D(4, 1, activation="sigmoid")(L.GlobalAveragePooling2D(keepdims=True)(x))
    x = L.Subtract()([L.Multiply()([x, gate]), x])
    for layer in head(k):
        x = layer(x)
    return k.Model({"image": images} if k is keras else images, x)


def channels_first(k):
    L = k.layers
    images = k.Input((3, 8, 8))
    first = {"data_format": "channels_first"}
    x = L.Conv2D(4, 3, padding="same", **first)(images)
    x = L.PReLU(shared_axes=[2, 3])(L.BatchNormalization(axis=1)(x))
    x = L.Concatenate(axis=1)([x, L.DepthwiseConv2D(3, padding="same", **first)(x)])
    x = L.MaxPooling2D(2, **first)(x)
    x = L.Dropout(0.2)(L.Flatten()(L.SpatialDropout2D(0.1, **first)(x)))
    return k.Model(images, L.Dense(5)(L.BatchNormalization()(x)))


def sizes(k):
    """Images of other sizes, convolutions in groups and dilated, and of ConvNeXt what it does with each pixel."""
    L = k.layers
    scale = importlib.import_module(f"{k.__name__}.src.applications.convnext").LayerScale
    images = k.Input(SIZE)
    x = L.UpSampling2D(2, interpolation="bilinear")(L.Resizing(6, 9)(images))
    x = L.Conv2D(4, 3, padding="same", dilation_rate=2)(L.UpSampling2D(2)(L.Conv2D(4, 3, strides=2)(x)))
    inner = [L.DepthwiseConv2D(3, padding="same"), L.LayerNormalization(), L.Dense(8, activation="gelu"), L.Dense(4)]
    inner = k.Sequential([k.Input(x.shape[1:]), *inner, scale(0.5, 4, name="scale")], name="inner")
    x = L.Add()([x, inner(x)])
    x = L.Conv2D(8, 3, padding="same", groups=4)(L.Conv2D(8, 3, strides=2, groups=2, activation="relu")(x))
    x = L.Concatenate()([L.GlobalAveragePooling2D()(x), L.GlobalMaxPooling2D()(x)])
    return k.Model(images, L.Dense(5)(x))


def half(k):
    policy = k.mixed_precision.global_policy if k is tf_keras else k.mixed_precision.dtype_policy
    before = policy()
    k.mixed_precision.set_global_policy("float16" if k is keras else "mixed_float16")
    network = transfer(k)
    k.mixed_precision.set_global_policy(before)
    return network


def same(*before, first=False, within=False, end=()):
    """One network, with layers before and behind it, channels first, or inside another one."""
    L, size = keras.layers, (3, 8, 8) if first else SIZE
    order = {"data_format": "channels_first" if first else "channels_last"}
    layers = [
        L.Conv2D(4, 3, padding="same", activation="relu", **order), L.MaxPooling2D(2, **order),
        L.Conv2D(6, 3, padding="same", **order), L.ReLU(), L.BatchNormalization(axis=1 if first else -1),
        L.MaxPooling2D(2, **order), L.Flatten(), L.Dense(5),
    ]
    if within:
        layers = [keras.Sequential([keras.Input(size), *layers[:6]], name="backbone"), *layers[6:]]
    network = with_weights(keras.Sequential([keras.Input(size), *before, *layers, *end]))
    if first:
        kernel, bias = network.layers[-1].get_weights()
        network.layers[-1].set_weights([kernel.reshape(2, 2, 6, 5).transpose(2, 0, 1, 3).reshape(24, 5), bias])
    return network


def same_half():
    before = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_global_policy("float16")
    network = same()
    keras.mixed_precision.set_global_policy(before)
    return network


# in whatever form, the same logits; tests/reference/onnx/make_models.py makes it once more
SAME = {
    "same.keras": same,
    "same.h5": same,
    "same_0-255.keras": lambda: same(keras.layers.Rescaling(1 / 255)),
    "same_nested.keras": lambda: same(keras.layers.RandomFlip("horizontal"), within=True),
    "same_nested.h5": lambda: same(within=True, end=[keras.layers.Softmax()]),
    "same_softmax.keras": lambda: same(end=[keras.layers.Softmax(), keras.layers.Activation("linear")]),
    "same_channels_first.keras": lambda: same(first=True),
    "same_half.keras": same_half,
}


def with_weights(network):
    """Weights of any sign and size; but variances and what an adapted layer learned stay positive and what they are."""
    values = []
    for index, weight in enumerate(network.weights):
        name = getattr(weight, "path", weight.name)
        old = np.asarray(weight)
        count = old.size
        scale = 2.0 / np.sqrt(max(1, count / old.shape[-1])) if old.ndim > 1 else 0.5
        value = (noise(count, index) * 2 - 1) * scale
        value = (1 + value if "gamma" in name or "variance" in name else value).reshape(old.shape)
        values.append(old if "normalization" in name and "batch" not in name and "layer" not in name else value)
    network.set_weights(values)
    return network


def old_list(source, target):
    """As Keras up to 2.2.2 wrote a sequential network: its settings are the list of its layers."""
    with h5py.File(source) as old, h5py.File(target, "w") as new:
        old.copy("model_weights", new)
        layers = json.loads(old.attrs["model_config"])["config"]["layers"]
        layers[1]["config"]["batch_input_shape"] = layers[0]["config"]["batch_input_shape"]
        for layer in layers:
            for key in ("module", "registered_name", "build_config"):
                layer.pop(key, None)
        new.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": layers[1:]})
        new.attrs["keras_version"] = "2.2.2"


where = importlib.util.find_spec("tensorflowjs").submodule_search_locations[0]
for name, path in (("tensorflowjs", where), ("tensorflowjs.converters", where + "/converters")):
    module = types.ModuleType(name)
    module.__path__ = [path]
    sys.modules[name] = module


def converted(source, folder, **settings):
    """As the official converter writes HDF5 of Keras 3; its other parts are left out."""
    from tensorflowjs.converters import keras_h5_conversion

    os.makedirs(folder)
    with h5py.File(source) as file:
        topology, weights = keras_h5_conversion.h5_merged_saved_model_to_tfjs_format(file)
    keras_h5_conversion.write_artifacts(topology, weights, folder, **settings)


NETWORKS = {
    keras: (transfer, twice, arithmetic, adapted, given, activations, squeeze, sizes, channels_first, half),
    tf_keras: (transfer, twice, arithmetic, adapted, given, activations, squeeze, sizes, half),
}
expected = {}
inputs = noise(4 * 192, 5).reshape(4, *SIZE).astype("float32")
with tempfile.TemporaryDirectory() as folder:
    for k, builds in NETWORKS.items():
        for build in builds:
            network = with_weights(build(k))
            own = inputs.transpose(0, 3, 1, 2) if build is channels_first else inputs
            predicted = [float(f"{value:.9g}") for value in network.predict(own, verbose=0).ravel()]
            for ending in (".keras", ".h5"):
                name = build.__name__ + ("" if k is keras else "_keras2") + ending
                network.save(os.path.join(folder, name))
                expected[name] = predicted
    for name, build in SAME.items():
        build().save(os.path.join(folder, name))
    old_list(os.path.join(folder, "given_keras2.h5"), os.path.join(folder, "list.h5"))
    expected["list.h5"] = expected["given_keras2.h5"]
    source = os.path.join(folder, "transfer.h5")
    converted(source, os.path.join(folder, "tfjs"), weight_shard_size_bytes=2000)
    converted(source, os.path.join(folder, "tfjs_half"), quantization_dtype_map={"float16": "*"})
    expected["tfjs"] = expected["tfjs_half"] = expected["transfer.h5"]
    with zipfile.ZipFile(os.path.join(FOLDER, "wrapped.zip"), "w", zipfile.ZIP_DEFLATED) as archive:
        for parent, _, files in os.walk(folder):
            for name in sorted(files):
                path = os.path.join(parent, name)
                archive.write(path, os.path.relpath(path, folder))
with open(os.path.join(FOLDER, "wrapped.json"), "w") as file:
    json.dump(expected, file)
    file.write("\n")
