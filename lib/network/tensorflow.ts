/**
 * TensorFlow, imported once for the whole project: `@tensorflow/tfjs-node-gpu` on TensorFlow's own C
 * library. Import `tf` from here and nowhere else.
 *
 * @module
 */
import "@lib/network/node_compatibility.ts";
import * as tf from "@tensorflow/tfjs-node-gpu";

export { tf };
