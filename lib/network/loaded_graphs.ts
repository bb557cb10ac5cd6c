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
export function runnable(model: string): {
  run(inputs: Record<string, tf.Tensor>, outputs: string[]): tf.Tensor[];
  release(): void;
} {
  const backend = tf.backend() as unknown as NativeBackend;
  const key = createHash("sha256").update(model).digest("hex");
  const release = (name: string): void => {
    const id = loaded.get(name);
    if (id === undefined) return;
    loaded.delete(name);
    backend.deleteSavedModel(id);
  };
  return {
    run(inputs, outputs): tf.Tensor[] {
      const id = loaded.get(key) ?? load(backend, model);
      loaded.delete(key);
      loaded.set(key, id);
      while (loaded.size > KEPT) release(loaded.keys().next().value!);
      const names = Object.keys(inputs).map((name) => ({ name }));
      return backend.runSavedModel(id, Object.values(inputs), names, outputs);
    },
    release: () => release(key),
  };
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
