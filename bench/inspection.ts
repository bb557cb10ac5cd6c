import { outputPath, ROOT } from "@lib/environment.ts";
import type { GtsrbArchives } from "@lib/data/gtsrb_archives.ts";
import { dirname, join } from "@lib/std/path.ts";
import { type Row, seconds } from "./ratio.ts";

/** Networks of several kinds, attacked and not, in the words of the table. */
const NETWORKS = {
  badnet: "the paper's network",
  plain_badnet: "convolution, normalisation, ReLU, global pooling",
  residual_badnet: "residual blocks",
  patch: "the paper's network with a patch's backdoor",
  clean: "the paper's network without a backdoor",
};

/** Time and peak memory of `task inspect` on networks of several kinds, once each. */
export async function inspectionRows(archives: GtsrbArchives): Promise<Row[]> {
  const images = dirname(archives.testImages);
  const rows: Row[] = [];
  for (const [name, title] of Object.entries(NETWORKS)) {
    const output = await Deno.makeTempDir();
    const network = outputPath("gtsrb", name);
    const options = ["--network", network, "--images", images, "--output", output];
    const args = ["run", "-A", "--quiet", join(ROOT, "tools/inspect.ts"), ...options];
    let peak = 0;
    const time = await seconds(async () => {
      const child = new Deno.Command(Deno.execPath(), { args, stdout: "null", stderr: "null" })
        .spawn();
      const timer = setInterval(() => peak = Math.max(peak, peakOf(child.pid)), 100);
      const { code } = await child.status;
      clearInterval(timer);
      if (code !== 0) {
        throw new Error(`Expected ${args.join(" ")} to succeed but it ended with ${code}`);
      }
    });
    await Deno.remove(output, { recursive: true });
    const plain = { peer: null, ratio: null, bar: null };
    rows.push({ name: `task inspect: ${title}`, ours: time, unit: "s", ...plain });
    rows.push({ name: "… its peak memory", ours: peak, unit: "MB", ...plain });
  }
  return rows;
}

/** Megabytes that a process has taken at most, as Linux tells; 0 once it has ended. */
function peakOf(pid: number): number {
  try {
    const [, kilobytes] = /VmHWM:\s*(\d+)/.exec(Deno.readTextFileSync(`/proc/${pid}/status`)) ?? [];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}
