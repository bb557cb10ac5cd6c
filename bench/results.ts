import { writeWhole } from "@lib/files.ts";
import { axis, baseLayout, type Figure } from "@lib/figures/figure.ts";
import { MEANING } from "@lib/figures/palette.ts";
import { renderSvg } from "@lib/figures/static_svg.ts";
import { join } from "@lib/std/path.ts";
import type { Row } from "./ratio.ts";

const HERE = import.meta.dirname!;
const [BEGIN, END] = ["<!-- results: begin -->", "<!-- results: end -->"];

/** Processor, cores and memory. */
export function machineName(): string {
  const model = /model name\s*: (.+)/.exec(readText("/proc/cpuinfo"))?.[1] ?? Deno.build.arch;
  const gibibytes = Deno.systemMemoryInfo().total / 2 ** 30;
  return `${model}, ${navigator.hardwareConcurrency} cores, ${
    gibibytes.toFixed(0)
  } GiB, ${Deno.build.os}`;
}

/** A row in one line of text. */
export function resultLine(row: Row): string {
  return cells(row).join(" | ");
}

/** What was measured on a machine, as `results.json` holds it. */
interface Results {
  machine: string;
  rows: (Row & { section: string })[];
}

/**
 * What has been measured on this machine before; nothing from another.
 *
 * @returns Rows by section.
 */
export async function readResults(): Promise<Map<string, Row[]>> {
  const text = await Deno.readTextFile(join(HERE, "results.json")).catch(() => "{}");
  const { machine, rows = [] } = JSON.parse(text) as Partial<Results>;
  const known = machine === machineName() ? rows : [];
  return Map.groupBy(known, ({ section }) => section);
}

/**
 * Writes results.json, the table in README.md and the figure.
 *
 * @param results Rows by section, in the order of the table.
 */
export async function writeResults(results: ReadonlyMap<string, readonly Row[]>): Promise<void> {
  const rows = [...results].flatMap(([section, some]) => some.map((row) => ({ section, ...row })));
  const machine = machineName();
  await writeWhole(join(HERE, "results.json"), JSON.stringify({ machine, rows }, null, 2) + "\n");
  const head = [["what", "ours", "peer", "unit", "ratio (min–max)", "bar"], [
    "---",
    "--:",
    "--:",
    "---",
    "--:",
    "--:",
  ]];
  const table = [...head, ...rows.map(cells)].map((each) => `| ${each.join(" | ")} |`).join("\n");
  const readme = join(HERE, "README.md");
  const text = await Deno.readTextFile(readme);
  const [before, after] = [text.split(BEGIN)[0], text.split(END)[1]];
  const date = new Date().toISOString().slice(0, 10);
  const measured = `${BEGIN}\n\n${machine}, ${date}.\n\n${table}\n\n${END}`;
  await writeWhole(readme, `${before}${measured}${after}`);
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", HERE] }).output();
  await writeWhole(join(HERE, "speed.svg"), await renderSvg(speedFigure(rows)));
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
