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
 * What computes, in a line.
 *
 * @param backend TensorFlow's: `tf.backend()`.
 * @param isDriven Whether there is a driver for a graphics card.
 */
export function deviceLine(backend: object, isDriven: boolean): string {
  // only the type of tfjs's node packages says so
  const { isUsingGpuDevice } = backend as { isUsingGpuDevice?: boolean };
  if (isUsingGpuDevice) return "TensorFlow computes on the graphics card";
  const cores = `TensorFlow computes on the processor, ${navigator.hardwareConcurrency} cores`;
  if (!isDriven) return cores;
  const advice = "TF_CPP_MIN_LOG_LEVEL=0 says why";
  return `${cores}: there is an NVIDIA driver, but TensorFlow cannot use it (${advice})`;
}
