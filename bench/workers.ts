/**
 * How much more two jobs of a sweep do beside each other than one, each with one thread: images of training a
 * second. Says something only where nothing else computes.
 *
 *     deno run -A bench/workers.ts
 *
 * @module
 */
import { ROOT } from "@lib/environment.ts";

const env = { TF_NUM_INTRAOP_THREADS: "1", TF_NUM_INTEROP_THREADS: "1" };
const args = ["run", "-A", "--quiet", "tools/training_speed.ts"];

/** Images a second of a job. */
async function job(): Promise<number> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, env, cwd: ROOT }).output();
  return Number(new TextDecoder().decode(stdout));
}

const one = await job();
const two = await Promise.all([job(), job()]);
const ratio = (two[0]! + two[1]!) / one;
console.log(`one job ${one} images/s, two ${two.join(" and ")}: ${ratio.toFixed(2)} times`);
