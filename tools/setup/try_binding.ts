/** Loads TensorFlow and multiplies two matrices, to see that the binding works, and says what computed. */
import { tf } from "@lib/network/tensorflow.ts";
import { deviceLine, hasDriver } from "@lib/network/device.ts";

const product = tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])).dataSync()[0];
if (product !== 11 || tf.getBackend() !== "tensorflow") {
  throw new Error(`Expected 11 from TensorFlow but found ${product} from ${tf.getBackend()}`);
}
console.log(deviceLine(tf.backend(), await hasDriver()));
