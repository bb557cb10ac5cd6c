/** What a driver of NVIDIA's leaves on Linux, and in Windows's Linux. */
const DRIVER_FILES = ["/proc/driver/nvidia/version", "/usr/lib/wsl/lib/libcuda.so.1"];

/**
 * Whether there is a driver for a graphics card that TensorFlow can use.
 *
 * @param files That show it.
 */
export async function hasDriver(files: readonly string[] = DRIVER_FILES): Promise<boolean> {
  const found = files.map((file) => Deno.stat(file).then(() => true, () => false));
  return (await Promise.all(found)).some(Boolean);
}

/**
 * Whether a graphics card computes.
 *
 * @param backend TensorFlow's: `tf.backend()`.
 */
export function isOnCard(backend: object): boolean {
  // only the type of tfjs's node packages says so
  return (backend as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true;
}

/**
 * What computes.
 *
 * @param backend TensorFlow's: `tf.backend()`.
 */
export function deviceOf(backend: object): string {
  if (isOnCard(backend)) return "the graphics card";
  return `the processor, ${navigator.hardwareConcurrency} cores`;
}

/**
 * What computes, in a line, and whether it should be something else.
 *
 * @param backend TensorFlow's: `tf.backend()`.
 * @param isDriven Whether there is a driver for a graphics card.
 */
export function deviceLine(backend: object, isDriven: boolean): string {
  const line = `TensorFlow computes on ${deviceOf(backend)}`;
  if (isOnCard(backend) || !isDriven) return line;
  const advice = "TF_CPP_MIN_LOG_LEVEL=0 says why";
  return `${line}: there is an NVIDIA driver, but TensorFlow cannot use it (${advice})`;
}
