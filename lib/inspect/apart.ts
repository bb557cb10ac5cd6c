import { basename, dirname, join, relative, resolve } from "@lib/std/path.ts";

/**
 * Checks that results go where neither network nor images are: the network is never touched, and results
 * are not to be found among the images.
 *
 * @param settings Paths of all three, or of images and output where there is no network.
 * @throws {Error} If the output is a file, holds the network, or lies among the images.
 */
export async function requireApart(
  { network, images, output }: { network?: string; images: string; output: string },
): Promise<void> {
  const target = await realPath(output);
  const there = await Deno.stat(target).catch(() => undefined);
  if (there !== undefined && !there.isDirectory) {
    throw new Error(`Expected an output folder but found a file ${output}`);
  }
  const found = network === undefined ? undefined : await realPath(network);
  if (found !== undefined && holds(target, found.endsWith(".json") ? dirname(found) : found)) {
    const found = `${network} in ${output}`;
    throw new Error(`Expected an output folder apart from the network but found ${found}`);
  }
  const folder = await realPath(images);
  if (holds(folder, target)) {
    throw new Error(
      `Expected an output folder apart from the images but found ${output} in ${images}: ` +
        "name another one, as --output ../inspection",
    );
  }
}

const holds = (folder: string, path: string): boolean =>
  !relative(folder, path).split(/[\\/]/).includes("..");

/** Links followed as far as the path exists. */
async function realPath(path: string): Promise<string> {
  const whole = resolve(path);
  const found = await Deno.realPath(whole).catch(() => undefined);
  if (found !== undefined || dirname(whole) === whole) return found ?? whole;
  return join(await realPath(dirname(whole)), basename(whole));
}
