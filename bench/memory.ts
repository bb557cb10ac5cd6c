import { ROOT } from "@lib/environment.ts";
import type { GtsrbArchives } from "@lib/data/gtsrb_archives.ts";
import { join } from "@lib/std/path.ts";
import { Peer } from "./peer.ts";
import { costRow, inTurn, type Row } from "./ratio.ts";

/** Steps of training: memory does not grow with more of them. */
const STEPS = 60;

/** Peak memory of the whole experiment beside a Keras script that does the same. */
export async function memoryRow(archives: GtsrbArchives, folder: string): Promise<Row> {
  const ours = async (): Promise<number> => {
    const script = join(ROOT, "bench/experiment.ts");
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", script, String(STEPS)],
      cwd: ROOT,
      stderr: "null",
    });
    const { stdout, code } = await command.output();
    if (code !== 0) throw new Error(`Expected ${script} to succeed but it ended with ${code}`);
    return JSON.parse(new TextDecoder().decode(stdout)).result;
  };
  const theirs = async (): Promise<number> => {
    const keras = await Peer.start("keras", folder);
    const zips = [archives.trainingImages, archives.testImages];
    const result = await keras.ask({ do: "experiment", archives: zips, steps: STEPS });
    await keras.stop();
    return result;
  };
  const [own, keras] = await inTurn([ours, theirs]);
  return costRow("peak memory of the experiment, beside a Keras script", "MB", 1, own!, keras!);
}
