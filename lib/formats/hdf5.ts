import h5wasm, { Dataset, type File, type Group } from "h5wasm";

export type { File, Group };

/**
 * Opens an HDF5 file that is in memory. h5wasm has a file system in memory, and this is all that it can
 * read or write.
 *
 * @param bytes The file; left as it is.
 * @param where The file's name, for errors.
 * @param mode Whether it is only read, or changed too.
 * @param use Is given the open file, or an open copy, which is closed afterwards.
 * @returns What `use` returns, and the file as it is then.
 * @throws {Error} If it is no HDF5 file or cut short; whatever `use` throws.
 */
export async function openHdf5<T>(
  bytes: Uint8Array,
  where: string,
  mode: "r" | "a",
  use: (file: File) => T,
): Promise<{ result: T; bytes: Uint8Array }> {
  const { FS, activate_throwing_error_handler } = await h5wasm.ready;
  activate_throwing_error_handler(); // HDF5 would print its errors
  const path = `/${crypto.randomUUID()}`;
  FS.writeFile(path, bytes);
  let file: File | undefined;
  try {
    file = new h5wasm.File(path, mode);
    const result = use(file);
    file.close();
    file = undefined;
    return { result, bytes: FS.readFile(path) };
  } catch (error) {
    if (error instanceof Error && !error.message.startsWith("HDF5-DIAG")) throw error;
    // of the errors that HDF5 tells from the outermost call on, the one that it began with
    const text = error instanceof Error ? error.message : String(error);
    const innermost = [...text.matchAll(/\(\): (.+)/g)].at(-1)?.[1] ?? text;
    throw new Error(`Expected a whole HDF5 file but found in ${where}: ${innermost}`);
  } finally {
    file?.close();
    FS.unlink(path);
  }
}

/** The largest dataset that is read: half a gibibyte. */
const MOST_NUMBERS = 2 ** 27;

/**
 * Reads a dataset of floating-point numbers of 16, 32 or 64 bits.
 *
 * @param file An open HDF5 file.
 * @param path The dataset's, as `layers/dense/vars/0`.
 * @param where The file's name, for errors.
 * @returns Its shape and values, row by row.
 * @throws {Error} If there is none, or it is of other numbers.
 */
export function readNumbers(
  file: File,
  path: string,
  where: string,
): { shape: number[]; values: Float32Array } {
  const dataset = datasetAt(file, path, where);
  const count = dataset.shape!.reduce((product, each) => product * each, 1);
  if (count > MOST_NUMBERS) { // packed, a file of a few bytes may hold any number of them
    throw new Error(
      `Expected at most ${MOST_NUMBERS} numbers but found ${count} at ${path} in ${where}`,
    );
  }
  const { value, shape, dtype } = dataset;
  const numbers = isHalf(dataset) ? new Float16Array((value as Int16Array).slice().buffer) : value;
  if (![Float16Array, Float32Array, Float64Array].some((Kind) => numbers instanceof Kind)) {
    throw new Error(`Expected floating-point numbers but found ${dtype} at ${path} in ${where}`);
  }
  const values = numbers as Float32Array | Float64Array;
  return {
    shape: shape!,
    values: values instanceof Float32Array ? values : Float32Array.from(values),
  };
}

/**
 * Replaces the values of a dataset of floating-point numbers.
 *
 * @param file An HDF5 file open for writing.
 * @param path The dataset's.
 * @param values As many as it has, row by row.
 * @param where The file's name, for errors.
 * @throws {Error} If there is no such dataset.
 */
export function writeNumbers(file: File, path: string, values: Float32Array, where: string): void {
  const dataset = datasetAt(file, path, where);
  const written = isHalf(dataset) ? new Int16Array(Float16Array.from(values).buffer) : values;
  dataset.write_slice(dataset.shape!.map(() => []), written);
}

/**
 * Finds a group.
 *
 * @param file An open HDF5 file.
 * @param path The group's, as `layers/dense`.
 * @returns The group; nothing if there is none.
 */
export function groupAt(file: File, path: string): Group | undefined {
  const found = entityAt(file, path);
  return found instanceof h5wasm.Group ? found : undefined;
}

function datasetAt(file: File, path: string, where: string): Dataset {
  const found = entityAt(file, path);
  if (!(found instanceof Dataset)) {
    throw new Error(`Expected a dataset but found none at ${path} in ${where}`);
  }
  const { metadata } = found;
  if (metadata.type !== FLOAT || metadata.size !== 2) return found;
  // h5wasm has no floating-point numbers of 16 bits, but takes and gives their bits as whole numbers
  return Object.defineProperty(found, "metadata", {
    value: { ...metadata, type: 0, signed: true, isHalf: true },
  });
}

/** HDF5's number of the class of floating-point numbers. */
const FLOAT = 1;

const isHalf = ({ metadata }: Dataset): boolean => "isHalf" in metadata;

function entityAt(file: File, path: string): ReturnType<File["get"]> | undefined {
  try {
    return file.get(path);
  } catch {
    return undefined;
  }
}
