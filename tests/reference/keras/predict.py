"""What Keras predicts with a network: python predict.py FILE prints it, for the inputs of make_models.py."""

import json
import sys

import keras
import numpy as np

network = keras.saving.load_model(sys.argv[1])
shape = (4, *network.input_shape[1:])
inputs = np.sin(np.arange(np.prod(shape)) * 12.9898 + 5) * 43758.5453 % 1
predicted = network.predict(inputs.reshape(shape).astype(np.float32), verbose=0)
print(json.dumps([float(value) for value in predicted.ravel()]))
