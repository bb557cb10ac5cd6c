"""Computes the figures that the tests compare with, by other libraries. Writes reference.json beside it.

Run with: pip install tensorflow-cpu opencv-python-headless scipy scikit-image pillow, then python make_reference.py
Inputs are sines, so that the tests make the same ones without sharing a random generator.
"""

import base64
import io
import json
import os

import cv2
import keras
import numpy as np
import scipy
import scipy.fft
import scipy.stats
import skimage
import tensorflow as tf
from keras import layers
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio, structural_similarity


def sines(count, shift, scale=1.0):
    return np.sin(np.arange(count) * 12.9898 + shift) * scale


def noise(count, shift):
    """Uniform in [0, 1) and without near repeats, which would make max pooling's choice a matter of rounding."""
    return sines(count, shift, 43758.5453) % 1


def test_image(shift, height=32, width=32):
    return np.round(127.5 + 127.5 * sines(height * width * 3, shift)).astype(np.uint8).reshape(height, width, 3)


def numbers(array):
    return [float(value) for value in np.asarray(array).ravel()]


image = test_image(1)
other = np.clip(image.astype(int) + np.round(sines(3072, 2, 12)).astype(int).reshape(32, 32, 3), 0, 255).astype(np.uint8)
as_float = image.astype(np.float32) / 255


def colour(code):
    return numbers(np.moveaxis(cv2.cvtColor(as_float, code), 2, 0)[:, :2] * 255)


plane = sines(1024, 3, 50).reshape(32, 32)
similarity = dict(gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255)
reference = {
    "versions": {
        "keras": keras.__version__,
        "numpy": np.__version__,
        "opencv": cv2.__version__,
        "scikit-image": skimage.__version__,
        "scipy": scipy.__version__,
        "tensorflow": tf.__version__,
    },
    "ycrcbRows01": colour(cv2.COLOR_RGB2YCrCb),
    "yuvRows01": colour(cv2.COLOR_RGB2YUV),
    "dctScipy": numbers(scipy.fft.dctn(plane, norm="ortho")),
    "dctOpencv8": numbers(cv2.dct(plane[:8, :8].copy())),
    "psnr": peak_signal_noise_ratio(image, other, data_range=255),
    "ssim": structural_similarity(image, other, channel_axis=2, **similarity),
    "resize": {
        f"{height}x{width}": numbers(cv2.resize(test_image(4, height, width), (32, 32)))
        for height, width in [(15, 17), (43, 41), (64, 64), (120, 97)]
    },
}

# FTrojan in 8 bits, as the authors' code does it with OpenCV
ycrcb = cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb).astype(np.float64)
for channel in (1, 2):
    coefficients = cv2.dct(ycrcb[:, :, channel].copy())
    for row, column in ((15, 15), (31, 31)):
        coefficients[row, column] += 30
    ycrcb[:, :, channel] = cv2.idct(coefficients)
wrapped = (np.trunc(ycrcb).astype(np.int64) & 255).astype(np.uint8)
reference["ftrojan8bit"] = numbers(cv2.cvtColor(wrapped, cv2.COLOR_YCrCb2RGB))

# FTrojan without rounding in between: OpenCV in floating point, rounded once at the end
smooth = cv2.cvtColor(as_float, cv2.COLOR_RGB2YCrCb).astype(np.float64) * 255
for channel in (1, 2):
    coefficients = cv2.dct(smooth[:, :, channel].copy())
    for row, column in ((15, 15), (31, 31)):
        coefficients[row, column] += 30
    smooth[:, :, channel] = cv2.idct(coefficients)
reference["ftrojan"] = numbers(cv2.cvtColor((smooth / 255).astype(np.float32), cv2.COLOR_YCrCb2RGB) * 255)


# The network of the paper's Figure 4, without dropout, whose random numbers no other library shares
def paper_network():
    network = [keras.Input((32, 32, 3))]
    for filters in (32, 64, 128):
        for _ in range(2):
            network += [layers.Conv2D(filters, 3, padding="same"), layers.Activation("elu"), layers.BatchNormalization()]
        network += [layers.MaxPooling2D(2)]
    return keras.Sequential(network + [layers.Flatten(), layers.Dense(43)])


network = paper_network()
weights = []
for index, weight in enumerate(network.weights):
    count = int(np.prod(weight.shape))
    name = weight.path.split("/")[-1]
    values = {
        "kernel": lambda: sines(count, index, 1.7 / np.sqrt(count / weight.shape[-1])),
        "gamma": lambda: 1 + sines(count, index, 0.1),
        "moving_variance": lambda: 1.5 + sines(count, index, 0.5),
    }.get(name, lambda: sines(count, index, 0.1))()
    weights.append(values.reshape(weight.shape).astype(np.float32))
network.set_weights(weights)
images = np.floor(noise(4 * 3072, 5) * 256).reshape(4, 32, 32, 3).astype(np.float32) / 255
labels = np.array([0, 10, 25, 42])
logits = network(images, training=False)
with tf.GradientTape() as tape:
    outputs = network(images, training=True)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, outputs))
gradients = tape.gradient(loss, network.trainable_weights)
keras.optimizers.Adam(0.0005).apply_gradients(zip(gradients, network.trainable_weights))
reference["network"] = {
    "parameters": network.count_params(),
    "logits": numbers(logits),
    "loss": float(loss),
    "gradients": [
        {"norm": float(np.linalg.norm(g)), "sum": float(np.sum(g)), "first": numbers(g)[:8]}
        for g in (np.asarray(gradient, dtype=np.float64) for gradient in gradients)
    ],
    "weightsAfter": [numbers(weight)[:8] for weight in network.get_weights()],
    "logitsAfter": numbers(network(images, training=False)),
}

# Intervals and tests of rates, and the largest singular values of filters, one row an input channel
filters = sines(6 * 40 * 9, 7).reshape(6, 40, 9)
reference["statistics"] = {
    "wilson": [
        [hits, count, *scipy.stats.binomtest(hits, count).proportion_ci(method="wilson")]
        for hits, count in [(0, 10), (1, 10), (30, 6315), (6315, 6315), (500, 1000)]
    ],
    "signTest": [
        [one, other, scipy.stats.binomtest(one, one + other).pvalue]
        for one, other in [(3, 0), (10, 20), (7, 7), (100, 150), (1500, 1800)]
    ],
    "binomialQuantiles": [
        [rate, *(scipy.stats.binom.ppf([0.025, 0.975], 200, rate) / 200)] for rate in (0.02, 0.3, 0.9)
    ],
    "largestSingularValues": [float(np.linalg.svd(matrix, compute_uv=False)[0]) for matrix in filters],
}

# A JPEG with halved colours whose camera says that it lies on its side, as loaders of images read it
buffer = io.BytesIO()
sideways = Image.Exif()
sideways[0x0112] = 6
Image.fromarray(test_image(1, 16, 24)).save(buffer, "jpeg", quality=80, exif=sideways.tobytes())
reference["jpeg"] = {
    "content": base64.b64encode(buffer.getvalue()).decode(),
    "pixels": np.asarray(Image.open(buffer).convert("RGB")).ravel().tolist(),
}

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference.json"), "w") as file:
    json.dump(json.loads(json.dumps(reference), parse_float=lambda text: float(f"{float(text):.9g}")), file)
    file.write("\n")
