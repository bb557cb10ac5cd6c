/**
 * What `@tensorflow/tfjs-node-gpu` 4.22 needs before it is loaded, hence a module of its own: two
 * functions that Node 23 removed (tfjs issue 8609), and TensorFlow's start-up notes kept quiet.
 *
 * @module
 */
import util from "node:util";

const legacy = util as unknown as Record<string, unknown>;
legacy.isNullOrUndefined ??= (value: unknown): boolean => value == null;
legacy.isArray ??= Array.isArray;

if (!Deno.env.has("TF_CPP_MIN_LOG_LEVEL")) Deno.env.set("TF_CPP_MIN_LOG_LEVEL", "2");
