/**
 * What `@tensorflow/tfjs-node-gpu` 4.22 needs before it is loaded, hence a module of its own: two
 * functions that Node 23 removed (tfjs issue 8609), TensorFlow's start-up notes kept quiet, and two things of
 * a graphics card: its memory is taken as it is needed, since each notebook's kernel would take all of it, and
 * the same seed gives the same bytes there too.
 *
 * @module
 */
import util from "node:util";

const legacy = util as unknown as Record<string, unknown>;
legacy.isNullOrUndefined ??= (value: unknown): boolean => value == null;
legacy.isArray ??= Array.isArray;

const settings = {
  TF_CPP_MIN_LOG_LEVEL: "2",
  TF_FORCE_GPU_ALLOW_GROWTH: "true",
  TF_DETERMINISTIC_OPS: "1",
};
for (const [name, value] of Object.entries(settings)) {
  if (!Deno.env.has(name)) Deno.env.set(name, value);
}
