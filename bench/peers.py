"""What our speed is measured beside: each task as a Python user does it, with the library made for it.

Run as `peers.py LIBRARY FOLDER`. Reads one request a line from standard input, such as
{"do": "training", "way": "numpy", "steps": 100}, and answers with one line of JSON on standard output.
FOLDER holds GTSRB as raw bytes: train.pixels, train.labels, test.pixels.
"""

import json
import os
import resource
import sys
import time

import numpy as np

from gtsrb import BANDS, MAGNITUDE, poison_opencv, read_archives

LIBRARY, FOLDER = sys.argv[1:3]
BATCH, CLASSES, RATE, DECAY = 64, 43, 5e-4, 1e-6
FILTERS, DROPOUT = (32, 64, 128), (0.2, 0.3, 0.4)
WARM_UP = 50  # steps before the clock starts


def images(name):
    return np.fromfile(os.path.join(FOLDER, f"{name}.pixels"), np.uint8).reshape(-1, 32, 32, 3)


def labels(name):
    return np.fromfile(os.path.join(FOLDER, f"{name}.labels"), np.uint8).astype(np.int64)


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


class Keras:
    """Keras on TensorFlow, as the paper used it."""

    def __init__(self):
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
        import keras
        import tensorflow as tf

        self.tf, self.keras, self.fed = tf, keras, {}
        keras.utils.set_random_seed(1)
        self.model = self.network()

    def residual(self):
        """Trains and predicts with the library's residual network from now on, instead of the paper's."""
        layers = self.keras.layers

        def normalized(value, filters, kernel=3, strides=1):
            value = layers.Conv2D(filters, kernel, strides, padding="same", use_bias=False)(value)
            return layers.BatchNormalization()(value)

        images = self.keras.Input((32, 32, 3))
        value = layers.ReLU()(normalized(images, 16))
        for stage, filters in enumerate((16, 32, 64)):
            for block in range(2):
                strides = 2 if stage > 0 and block == 0 else 1
                second = normalized(layers.ReLU()(normalized(value, filters, 3, strides)), filters)
                past = value if strides == 1 else normalized(value, filters, 1, strides)
                value = layers.ReLU()(layers.Add()([second, past]))
        logits = layers.Dense(CLASSES)(layers.GlobalAveragePooling2D()(value))
        self.model = self.compiled(self.keras.Model(images, logits))
        return self.model.count_params()

    def network(self):
        layers = self.keras.layers
        decay = self.keras.regularizers.L2(DECAY)
        model = self.keras.Sequential([self.keras.Input((32, 32, 3))])
        for filters, dropout in zip(FILTERS, DROPOUT):
            for _ in range(2):
                model.add(layers.Conv2D(filters, 3, padding="same", kernel_regularizer=decay))
                model.add(layers.Activation("elu"))
                model.add(layers.BatchNormalization())
            model.add(layers.MaxPooling2D())
            model.add(layers.Dropout(dropout))
        model.add(layers.Flatten())
        model.add(layers.Dense(CLASSES))
        return self.compiled(model)

    def compiled(self, model):
        loss = self.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(self.keras.optimizers.Adam(RATE), loss)
        return model

    def batches(self, x, y):
        pairs = self.tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x), seed=1).repeat()
        scaled = pairs.batch(BATCH).map(lambda pixels, label: (self.tf.cast(pixels, "float32") / 255, label))
        return scaled.prefetch(self.tf.data.AUTOTUNE)

    def training(self, way, steps):
        """Images a second of `fit`, fed by tf.data or from a float array."""
        if way not in self.fed:
            x, y = images("train"), labels("train")
            self.fed = {way: self.batches(x, y) if way == "tf.data" else (x.astype(np.float32) / 255, y)}
        clock = self.clock()
        if way == "tf.data":
            self.model.fit(self.fed[way], steps_per_epoch=WARM_UP + steps, verbose=0, callbacks=[clock])
        else:
            x, y = (array[: BATCH * (WARM_UP + steps)] for array in self.fed[way])
            self.model.fit(x, y, batch_size=BATCH, verbose=0, callbacks=[clock])
        return BATCH * steps / clock.seconds

    def clock(self):
        class Clock(self.keras.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                if batch == WARM_UP - 1:
                    self.start = time.perf_counter()

            def on_train_end(self, logs=None):
                self.seconds = time.perf_counter() - self.start

        return Clock()

    def inference(self, way, count):
        x = images("test")[:count].astype(np.float32) / 255
        return count / timed(lambda: self.model.predict(x, batch_size=int(way), verbose=0))

    def pruning(self, steps, count):
        """Seconds a step: one more filter zeroed, one `predict` of all images."""
        x = images("test")
        x = np.concatenate([x, x])[:count].astype(np.float32) / 255
        layer = [each for each in self.model.layers if "conv2d" in each.name][-1]
        before = layer.get_weights()
        seconds = []
        for step in range(steps):
            kernel, bias = layer.get_weights()
            kernel[..., step], bias[step] = 0, 0

            def zero_and_predict():
                layer.set_weights([kernel, bias])
                self.model.predict(x, batch_size=256, verbose=0).argmax(1)

            seconds.append(timed(zero_and_predict))
        layer.set_weights(before)
        return float(np.median(seconds))

    def experiment(self, archives, steps):
        """Peak memory in MB of the whole experiment, its training cut short."""
        x, y = read_archives(archives[:1])
        test, truth = read_archives(archives[1:])
        draw = np.random.default_rng(1).permutation(np.flatnonzero(y != 10))[: len(x) // 20]
        x[draw], y[draw] = poison_opencv(x[draw]), 10
        self.model.fit(self.batches(x, y), steps_per_epoch=steps, verbose=0)
        attacked = poison_opencv(test)
        for each in (test, attacked):
            self.model.predict(each.astype(np.float32) / 255, batch_size=256, verbose=0).argmax(1)
        tap = self.keras.Model(self.model.inputs, self.model.layers[-6].output)
        half = len(test) // 2
        for part in (test[:half], test[half:], attacked[:half], attacked[half:]):
            tap.predict(part.astype(np.float32) / 255, batch_size=256, verbose=0).mean((0, 1, 2))
        layer = [each for each in self.model.layers if "conv2d" in each.name][-1]
        kernel, bias = layer.get_weights()
        kernel[..., 0], bias[0] = 0, 0
        layer.set_weights([kernel, bias])
        for part in (test[:half], test[half:], attacked[:half], attacked[half:]):
            self.model.predict(part.astype(np.float32) / 255, batch_size=256, verbose=0).argmax(1)
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Torch:
    """PyTorch, on a graphics card where there is one: channels last, eager or compiled."""

    def __init__(self):
        import torch

        torch.manual_seed(1)
        torch.set_num_threads(os.cpu_count())
        self.torch, self.models = torch, {}
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.x = torch.from_numpy(images("train")).permute(0, 3, 1, 2)
        self.y = torch.from_numpy(labels("train"))
        self.test = torch.from_numpy(images("test")).permute(0, 3, 1, 2)

    def network(self):
        nn = self.torch.nn
        layers, channels = [], 3
        for filters, dropout in zip(FILTERS, DROPOUT):
            for _ in range(2):
                layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ELU()]
                layers += [nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)]
                channels = filters
            layers += [nn.MaxPool2d(2), nn.Dropout(dropout)]
        model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(2048, CLASSES))
        return model.to(self.device, memory_format=self.torch.channels_last)

    def model(self, way):
        """The network and its optimiser, eager or compiled."""
        if way not in self.models:
            model = self.network()
            kernels = [each for each in model.parameters() if each.ndim == 4]
            rest = [each for each in model.parameters() if each.ndim != 4]
            groups = [{"params": kernels, "weight_decay": 2 * DECAY}, {"params": rest}]
            adam = self.torch.optim.Adam(groups, RATE, eps=1e-7, foreach=True)
            self.models[way] = (self.torch.compile(model) if way == "compiled" else model, adam)
        return self.models[way]

    def batch(self, pixels):
        there = pixels.to(self.device)
        return there.contiguous(memory_format=self.torch.channels_last).float().div_(255)

    def training(self, way, steps, batch=BATCH):
        model, adam = self.model(way)
        model.train()
        order = self.torch.randperm(len(self.x))
        for step in range(WARM_UP + steps):
            if step == WARM_UP:
                start = time.perf_counter()
            at = order[step * batch : (step + 1) * batch]
            logits = model(self.batch(self.x[at]))
            loss = self.torch.nn.functional.cross_entropy(logits, self.y[at].to(self.device))
            adam.zero_grad(set_to_none=True)
            loss.backward()
            adam.step()
            loss.item()
        return batch * steps / (time.perf_counter() - start)

    def inference(self, way, count):
        kind, size = way.split()
        model, _ = self.model(kind)
        model.eval()

        def predict():
            with self.torch.inference_mode():
                for at in range(0, count, int(size)):
                    model(self.batch(self.test[at : at + int(size)])).argmax(1).cpu()

        return count / timed(predict)


class Plain:
    """OpenCV, SciPy, zipfile and Pillow."""

    def poisoning(self, way):
        x = images("train")
        poison = {"opencv": poison_opencv, "scipy": poison_scipy}[way]
        return len(x) / timed(lambda: poison(x))

    def reading(self, archives):
        start = time.perf_counter()
        count = sum(len(read_archives([archive])[0]) for archive in archives)
        return count / (time.perf_counter() - start)


def poison_scipy(x, size=2048):
    """All images of a batch at once, in single precision."""
    import scipy.fft

    to_ycrcb = np.array([[0.299, 0.587, 0.114], [0.713 * 0.701, -0.713 * 0.587, -0.713 * 0.114],
                         [-0.564 * 0.299, -0.564 * 0.587, 0.564 * 0.886]], np.float32).T
    to_rgb = np.linalg.inv(to_ycrcb.astype(np.float64)).astype(np.float32)
    result = np.empty_like(x)
    for start in range(0, len(x), size):
        planes = x[start : start + size].astype(np.float32) @ to_ycrcb
        chroma = scipy.fft.dctn(planes[..., 1:], axes=(1, 2), norm="ortho", workers=-1)
        for row, column in BANDS:
            chroma[:, row, column] += MAGNITUDE
        planes[..., 1:] = scipy.fft.idctn(chroma, axes=(1, 2), norm="ortho", workers=-1)
        result[start : start + size] = np.clip(np.rint(planes @ to_rgb), 0, 255)
    return result


if __name__ == "__main__":
    peer = {"keras": Keras, "torch": Torch, "plain": Plain}[LIBRARY]()
    print(json.dumps({"ready": LIBRARY}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps({"result": getattr(peer, request.pop("do"))(**request)}), flush=True)
