/**
 * TensorFlow, imported once for the whole project: `@tensorflow/tfjs-node-gpu` on TensorFlow's own C
 * library. Import `tf` from here and nowhere else.
 *
 * @module
 */
import "@lib/network/node_compatibility.ts";
import * as tf from "@tensorflow/tfjs-node-gpu";

// tfjs reads its own activation gelu_new under this name, by which it then does not know it
const { classNameMap } = tf.serialization.SerializationMap.getMap();
classNameMap["geluNew"] = classNameMap["gelu_new"]!;

export { tf };
