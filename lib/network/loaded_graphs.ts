import { createHash } from "node:crypto";
import { tf } from "@lib/network/tensorflow.ts";

/** The part of the native backend that runs whole graphs. */
interface NativeBackend {
  loadSavedModelMetaGraph(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(
    id: number,
    inputs: tf.Tensor[],
    inputNames: { name: string }[],
    outputNames: string[],
  ): tf.Tensor[];
}

/** A graph that runs. */
export interface GraphFunction {
  /** Tensors by placeholder in, tensors by node out; only the latter are the caller's to dispose. */
  (feeds: Record<string, tf.Tensor>, fetches: string[]): tf.Tensor[];
  /** Frees what TensorFlow keeps of the graph; if it runs again it is loaded again. */
  release(): void;
}

/** So many graphs stay loaded; each holds a session of TensorFlow. */
const KEPT = 16;

/** By the digest of its text, the one that ran last at the end. */
const loaded = new Map<string, number>();

/** How many graphs are loaded now. */
export const loadedGraphs = (): number => loaded.size;

/**
 * A graph's text as a function. The same text is loaded only once; of many graphs those that have not run
 * for longest are released, and loaded again when they are asked for.
 *
 * @param model A saved model in text form.
 * @returns The way to run it and to release it.
 */
export function runnable(model: string): GraphFunction {
  const backend = tf.backend() as unknown as NativeBackend;
  const key = createHash("sha256").update(model).digest("hex");
  const release = (name: string): void => {
    const id = loaded.get(name);
    if (id === undefined) return;
    loaded.delete(name);
    backend.deleteSavedModel(id);
  };
  const output = (name: string): string => name.includes(":") ? name : `${name}:0`;
  const run = (feeds: Record<string, tf.Tensor>, fetches: string[]): tf.Tensor[] => {
    const id = loaded.get(key) ?? load(backend, model);
    loaded.delete(key);
    loaded.set(key, id);
    while (loaded.size > KEPT) release(loaded.keys().next().value!);
    const names = Object.keys(feeds).map((name) => ({ name: output(name) }));
    return backend.runSavedModel(id, Object.values(feeds), names, fetches.map(output));
  };
  return Object.assign(run, { release: () => release(key) });
}

function load(backend: NativeBackend, model: string): number {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${folder}/saved_model.pbtxt`, model);
    return backend.loadSavedModelMetaGraph(folder, "serve");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
