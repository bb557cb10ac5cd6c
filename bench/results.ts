import { writeWhole } from "@lib/files.ts";
import { axis, baseLayout, type Figure } from "@lib/figures/figure.ts";
import { MEANING } from "@lib/figures/palette.ts";
import { renderSvg } from "@lib/figures/static_svg.ts";
import { isOnCard } from "@lib/network/device.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { join } from "@lib/std/path.ts";
import type { Row } from "./ratio.ts";

const HERE = import.meta.dirname!;
const [BEGIN, END] = ["<!-- results: begin -->", "<!-- results: end -->"];

/** Graphics card, if there is one that computes, processor, cores and memory. */
export function machineName(): string {
  const model = /model name\s*: (.+)/.exec(readText("/proc/cpuinfo"))?.[1] ?? Deno.build.arch;
  const gibibytes = (Deno.systemMemoryInfo().total / 2 ** 30).toFixed(0);
  const cores = `${navigator.hardwareConcurrency} cores`;
  return [...cardName(), model, cores, `${gibibytes} GiB`, Deno.build.os].join(", ");
}

function cardName(): string[] {
  if (!isOnCard(tf.backend())) return [];
  const args = ["--query-gpu=name", "--format=csv,noheader"];
  const { stdout } = new Deno.Command("nvidia-smi", { args }).outputSync();
  return [new TextDecoder().decode(stdout).split("\n")[0]!];
}

/** A row in one line of text. */
export function resultLine(row: Row): string {
  return cells(row).join(" | ");
}

/** What was measured on a machine. */
interface Results {
  machine: string;
  /** As YYYY-MM-DD. */
  date: string;
  rows: (Row & { section: string })[];
}

/** Of all machines, as `results.json` holds it. */
async function allResults(): Promise<Results[]> {
  return JSON.parse(await Deno.readTextFile(join(HERE, "results.json")).catch(() => "[]"));
}

/**
 * What has been measured on this machine before.
 *
 * @returns Rows by section.
 */
export async function readResults(): Promise<Map<string, Row[]>> {
  const own = (await allResults()).find(({ machine }) => machine === machineName());
  return Map.groupBy(own?.rows ?? [], ({ section }) => section);
}

/**
 * Writes results.json, the tables in README.md, one a machine, and this machine's figure.
 *
 * @param results Rows by section, in the order of the table.
 */
export async function writeResults(results: ReadonlyMap<string, readonly Row[]>): Promise<void> {
  const rows = [...results].flatMap(([section, some]) => some.map((row) => ({ section, ...row })));
  const [machine, date] = [machineName(), new Date().toISOString().slice(0, 10)];
  const others = (await allResults()).filter((each) => each.machine !== machine);
  const all = [...others, { machine, date, rows }]
    .toSorted((one, other) => other.rows.length - one.rows.length);
  await writeWhole(join(HERE, "results.json"), JSON.stringify(all, null, 2) + "\n");
  const readme = join(HERE, "README.md");
  const text = await Deno.readTextFile(readme);
  const [before, after] = [text.split(BEGIN)[0], text.split(END)[1]];
  const measured = [BEGIN, ...all.map(tableOf), END].join("\n\n");
  await writeWhole(readme, `${before}${measured}${after}`);
  if (!isOnCard(tf.backend())) {
    await writeWhole(join(HERE, "speed.svg"), await renderSvg(speedFigure(rows)));
  }
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", HERE] }).output();
}

function tableOf({ machine, date, rows }: Results): string {
  const head = ["what", "ours", "peer", "unit", "ratio (min–max)", "bar"];
  const lines = [head, ["---", "--:", "--:", "---", "--:", "--:"], ...rows.map(cells)];
  const table = lines.map((each) => `| ${each.join(" | ")} |`).join("\n");
  return `${machine}, ${date}.\n\n${table}`;
}

/** How many times faster than each peer: one bar a row that has a bar to reach. */
function speedFigure(rows: readonly Row[]): Figure {
  const shown = rows.filter((row) => row.ratio !== null && row.unit !== "MB").toReversed();
  const text = shown.map(({ ratio }) => `${short(ratio!.median)}×`);
  return {
    data: [{
      type: "bar",
      orientation: "h",
      y: shown.map(({ name }) => wrapped(name)),
      x: shown.map(({ ratio }) => ratio!.median),
      text,
      textposition: "outside",
      cliponaxis: false,
      marker: { color: MEANING.neutral.color },
    }],
    layout: baseLayout({
      height: 90 + 44 * shown.length,
      margin: { l: 380, r: 70, t: 20, b: 56 },
      xaxis: axis("times faster (logarithmic)", { type: "log", range: [-0.3, 4.3], dtick: 1 }),
      yaxis: { automargin: false },
      showlegend: false,
    }),
  };
}

function cells({ name, ours, peer, unit, ratio, bar }: Row): string[] {
  return [
    name,
    short(ours),
    peer === null ? "" : short(peer),
    unit,
    ratio === null ? "" : `${short(ratio.median)} (${short(ratio.min)}–${short(ratio.max)})`,
    bar === null ? "" : `≥ ${short(bar)}`,
  ];
}

/** Three significant digits, thousands set apart. */
function short(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return rounded.toLocaleString("en", { maximumSignificantDigits: 3 });
}

/** Lines of at most 56 letters. */
function wrapped(name: string): string {
  return name.replace(/(.{20,56})(\s|$)/g, "$1<br>").replace(/<br>$/, "");
}

function readText(file: string): string {
  try {
    return Deno.readTextFileSync(file);
  } catch {
    return "";
  }
}
