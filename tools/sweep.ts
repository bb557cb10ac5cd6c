/**
 * Runs a sweep by Snakemake: trains the networks that are missing and runs the defenses on them, as many
 * beside each other as there are cores. What was cut goes on where it was; what failed does not keep the rest.
 *
 *     deno task sweep [--cores N | --profile NAME] [--sweep FILE]
 *     deno task sweep --dry            says what is missing, and how long it takes
 *
 * @module
 */
import { ROOT } from "@lib/environment.ts";
import { exists, writeWhole } from "@lib/files.ts";
import { sweepRows } from "@lib/study/sweep.ts";
import { resultFile, sweepResults } from "@lib/study/sweep_results.ts";
import { join, relative } from "node:path";
import { timeWords } from "./notebooks/progress.ts";
import { canWrite } from "./setup/cache.ts";
import { setupSweeping, SNAKEMAKE } from "./sweep/environment.ts";
import { estimator, type Missing } from "./sweep/estimate.ts";
import { sweepOptions, type SweepPlace } from "./sweep/options.ts";

/** What is to be done, and what it takes. */
interface Plan {
  missing: (Missing & { seconds: number | undefined })[];
  /** Results that are there but are of something else, or damaged. */
  misfits: { file: string; why: string }[];
  total: number;
}

async function planOf({ sweep, results }: SweepPlace): Promise<Plan> {
  const found = await sweepResults(sweep, results);
  const secondsOf = await estimator(found);
  const missing = found.flatMap(({ row, network, defenses }) => {
    const wanted = sweep.defenses.filter((name) => defenses[name] === undefined);
    return [...network ? [] : ["network"], ...wanted].map((what) => ({ row, what }));
  });
  return {
    missing: missing.map((job) => ({ ...job, seconds: secondsOf(job) })),
    misfits: found.flatMap(({ misfits }) => misfits),
    total: found.length * (1 + sweep.defenses.length),
  };
}

function sayPlan({ missing, misfits, total }: Plan): void {
  for (const { file, why } of misfits) console.log(`${relative(ROOT, file)} is not taken: ${why}`);
  const kinds = Map.groupBy(missing, ({ what }) => what);
  for (const [what, jobs] of kinds) console.log(`${jobs.length} × ${what}: ${timeOf(jobs)}`);
  const time = missing.length > 0 ? `: ${timeOf(missing)}, one after the other` : "";
  console.log(`${missing.length} of ${total} results are missing${time}`);
}

/** How long jobs take, as far as is known. */
function timeOf(jobs: Plan["missing"]): string {
  const known = jobs.flatMap(({ seconds }) => seconds ?? []);
  const unknown = jobs.length - known.length;
  return [
    known.length > 0 ? `about ${hoursWords(known.reduce((sum, each) => sum + each, 0))}` : "",
    unknown > 0 ? `${unknown} of which no time is known` : "",
  ].filter(Boolean).join(" and ");
}

const hoursWords = (seconds: number): string =>
  seconds < 3600 ? timeWords(seconds) : `${(seconds / 3600).toFixed(1)} h`;

/** Runs Snakemake, and says now and then how far it is. */
async function runPlan(
  { file, sweep, results }: SweepPlace,
  { missing, misfits }: Plan,
  how: readonly string[],
  job: readonly string[],
): Promise<number> {
  // Snakemake makes what is not there
  for (const { file } of misfits) await Deno.rename(file, `${file}.former`);
  const rows = sweepRows(sweep).map(({ id }) => id);
  const plan = { rows, defenses: sweep.defenses, job, file };
  await writeWhole(join(results, "plan.json"), JSON.stringify(plan, null, 2));
  const start = Date.now();
  const timer = setInterval(async () => {
    const files = missing.map(({ row, what }) => resultFile(results, row.id, what));
    const there = await Promise.all(files.map(exists));
    console.log(progressLine(missing, there, (Date.now() - start) / 1000));
  }, EVERY);
  const args = [
    ...["--snakefile", join(ROOT, "sweep/Snakefile"), "--directory", results, ...how],
    // stale locks and half results are of runs that were killed
    ...["--keep-going", "--nolock", "--rerun-incomplete", "--rerun-triggers", "mtime"],
  ];
  const env = { TF_CPP_MIN_LOG_LEVEL: "2", ...await cacheInside() };
  const child = new Deno.Command(SNAKEMAKE, { args, env }).spawn();
  const { code } = await child.status;
  clearInterval(timer);
  return code;
}

/** Where the home folder cannot be written, Snakemake's cache is inside the repository. */
async function cacheInside(): Promise<Record<string, string>> {
  if (await canWrite(Deno.env.get("HOME") ?? "/")) return {};
  return { XDG_CACHE_HOME: join(ROOT, ".setup", "cache") };
}

/** Milliseconds between two lines of progress. */
const EVERY = 15_000;

/** How many results are there, and what is left if it goes on as it went. */
function progressLine(missing: Plan["missing"], there: boolean[], elapsed: number): string {
  const weights = missing.map(({ seconds }) => Math.max(1, seconds ?? 60));
  const sum = (one: number, other: number): number => one + other;
  const done = weights.filter((_, index) => there[index]).reduce(sum, 0);
  const left = elapsed * (weights.reduce(sum, 0) - done) / done;
  const count = `${there.filter(Boolean).length} of ${missing.length} results`;
  return done > 0 ? `${count}, about ${hoursWords(left)} left` : count;
}

/** How Snakemake calls a job; its kind and options follow. */
const JOB = [Deno.execPath(), "run", "-A", "--quiet", join(ROOT, "tools/sweep_job.ts")];

/**
 * Runs a sweep.
 *
 * @param options The command line.
 * @param job How Snakemake calls a job.
 * @returns Snakemake's exit status: 0 if there is nothing left to do.
 * @throws {Error} If both cores and a profile are given, there is no such sweep, or no way to set Snakemake up.
 */
export async function sweep(options: readonly string[], job = JOB): Promise<number> {
  const { given, ...place } = await sweepOptions(options, ["cores", "profile"], ["dry"]);
  if (given.has("cores") && given.has("profile")) {
    throw new Error(
      "Expected --cores or --profile, which says how many jobs there are, but found both",
    );
  }
  const plan = await planOf(place);
  sayPlan(plan);
  if (given.has("dry")) return 0;
  await setupSweeping();
  const profile = given.get("profile");
  const cores = given.get("cores") ?? String(navigator.hardwareConcurrency);
  // what a job says of itself comes here from this machine, and from others goes to files that are named
  const how = profile
    ? ["--profile", join(ROOT, "sweep/profiles", profile)]
    : ["--cores", cores, "--quiet", "all"];
  return await runPlan(place, plan, how, job);
}

if (import.meta.main) {
  const code = await sweep(Deno.args).catch((error: Error) => {
    console.error(error.message);
    return 1;
  });
  Deno.exit(code);
}
