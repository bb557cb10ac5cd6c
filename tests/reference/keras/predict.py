"""What Keras predicts with networks: python predict.py FILE … prints a line each, for the inputs of make_models.py."""

import json
import sys

import keras
import numpy as np
from keras.src.applications.convnext import LayerScale

for file in sys.argv[1:]:
    network = keras.saving.load_model(file, {"LayerScale": LayerScale})
    shape = (4, *network.input_shape[1:])
    inputs = np.sin(np.arange(np.prod(shape)) * 12.9898 + 5) * 43758.5453 % 1
    predicted = network.predict(inputs.reshape(shape).astype(np.float32), verbose=0)
    print(json.dumps([float(value) for value in predicted.ravel()]))
