"""What onnxruntime computes with networks: python predict.py FILE … prints a line each, for the inputs of make_models.py."""

import json
import sys

import numpy as np
import onnxruntime

for file in sys.argv[1:]:
    session = onnxruntime.InferenceSession(file)
    images = session.get_inputs()[0]
    size, *axes = images.shape
    last = axes[2] <= 3
    height, width, channels = axes if last else (axes[1], axes[2], axes[0])
    count = 4 * channels * height * width
    inputs = (np.sin(np.arange(count) * 12.9898 + 5) * 43758.5453 % 1).reshape(4, height, width, channels)
    inputs = (inputs if last else inputs.transpose(0, 3, 1, 2)).astype("float16" if "float16" in images.type else "float32")
    step = size if isinstance(size, int) else 4
    outputs = [session.run(None, {images.name: inputs[i : i + step]})[0] for i in range(0, 4, step)]
    print(json.dumps([float(value) for value in np.concatenate(outputs).ravel()]))
