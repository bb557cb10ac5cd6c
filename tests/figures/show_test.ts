import { assert, assertEquals, assertThrows } from "@lib/std/assert.ts";
import { figureBundle } from "@lib/figures/figure_bundle.ts";
import type { Bundle } from "@lib/figures/display.ts";
import { liveFigure } from "@lib/figures/live_figure.ts";
import { liveProgress, progressLine } from "@lib/figures/live_progress.ts";
import { show, showTable } from "@lib/figures/show.ts";
import { tableBundle } from "@lib/figures/table_bundle.ts";
import { samples } from "./samples.ts";

const PLOTLY = "application/vnd.plotly.v1+json";

/** Runs code as if in a notebook's kernel and returns the messages it would have sent. */
async function sent(run: () => Promise<void>): Promise<Message[]> {
  const messages: Message[] = [];
  const broadcast = (type: string, content: Message["content"]) => {
    messages.push({ type, content });
    return Promise.resolve();
  };
  const real = globalThis.Deno;
  const kernel = Object.create(real, { jupyter: { value: { broadcast } } });
  Object.defineProperty(globalThis, "Deno", { value: kernel });
  try {
    await run();
  } finally {
    Object.defineProperty(globalThis, "Deno", { value: real });
  }
  return messages;
}

interface Message {
  type: string;
  content: { data: Bundle; transient: { display_id?: string } };
}

/** What a script without a notebook prints. */
async function printed(run: () => Promise<void>): Promise<string[]> {
  const [lines, real]: [string[], typeof console.log] = [[], console.log];
  console.log = (...values) => lines.push(values.join(" "));
  try {
    await run();
  } finally {
    console.log = real;
  }
  return lines;
}

Deno.test("a figure has a live form, a still one and words, all with its caption", async () => {
  const bundle = await figureBundle(samples["one curve"]!, "Figure 7. Pruning.");
  assertEquals(Object.keys(bundle).sort(), [PLOTLY, "image/svg+xml", "text/plain"]);
  for (const form of Object.values(bundle)) assert(JSON.stringify(form).includes("Pruning."));
  const words = String(bundle["text/plain"]).split("\n");
  assertEquals(words[1], "  x: channels pruned (%)");
  assert(words[3]!.startsWith("  clean accuracy: 129 values"), words[3]);
});

Deno.test("pictures have the same forms, so that they show in a notebook not yet trusted", async () => {
  const bundle = await figureBundle(samples.images!);
  assertEquals(Object.keys(bundle).sort(), [PLOTLY, "image/svg+xml", "text/plain"]);
  assert(bundle["text/plain"].includes("PSNR < 40 dB"));
});

Deno.test("a figure is one output", async () => {
  const [message, ...others] = await sent(() => show(samples.bars!, { caption: "Figure 5." }));
  assertEquals([message!.type, others.length], ["display_data", 0]);
  assert(PLOTLY in message!.content.data);
});

Deno.test("a figure is saved with its caption, and nothing else is left", async () => {
  const folder = await Deno.makeTempDir();
  await printed(() => show(samples.bars!, { caption: "Figure 5.", file: `${folder}/bars.svg` }));
  assert((await Deno.readTextFile(`${folder}/bars.svg`)).includes("Figure 5."));
  assertEquals([...Deno.readDirSync(folder)].length, 1);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("outside a notebook the words are printed", async () => {
  const lines = await printed(() => show(samples.scatter!, { caption: "Figure 6." }));
  assert(lines[0]!.startsWith("Figure 6.\n  x: mean activation, clean images"));
});

Deno.test("a live figure is still until its end, in one place", async () => {
  const messages = await sent(async () => {
    const live = liveFigure();
    await live.update(samples["training, first epoch"]!);
    await live.update(samples.training!);
    await live.finish(samples.training!);
  });
  const updates = ["display_data", "update_display_data", "update_display_data"];
  assertEquals(messages.map(({ type }) => type), updates);
  assertEquals(messages.map(({ content }) => PLOTLY in content.data), [false, false, true]);
  const ids = messages.map(({ content }) => content.transient.display_id);
  assert(new Set(ids).size === 1 && ids[0]!.length > 20);
});

Deno.test("progress is told seldom, and its end always", async () => {
  const messages = await sent(async () => {
    const progress = liveProgress("training", 100, "batches");
    for (let done = 0; done < 100; done++) await progress.update(done);
    await progress.finish("97.2 %");
  });
  assertEquals(messages.length, 2);
  assertEquals(
    messages[1]!.content.data["text/plain"],
    "training: 100 of 100 batches · 0 s · 97.2 %",
  );
});

Deno.test("the time left follows from the pace", () => {
  const line = (done: number, seconds: number) => progressLine("t", done, 4, "epochs", seconds);
  assertEquals(line(0, 3), "t: 0 of 4 epochs · 3 s");
  assertEquals(line(1, 100), "t: 1 of 4 epochs · 1 min 40 s · about 5 min left");
  assertEquals(line(3, 12_000), "t: 3 of 4 epochs · 3 h 20 min · about 1 h 6 min left");
  assertEquals(line(4, 59.6), "t: 4 of 4 epochs · 1 min");
});

Deno.test("a table escapes its texts in every markup", async () => {
  const table = { columns: ["a|b", "rate"], rows: [["<script>&", "97.2 %"]], caption: "T <1>" };
  const bundle = tableBundle(table);
  const html = String(bundle["text/html"]);
  assert(html.includes("&lt;script&gt;&amp;") && html.includes("T &lt;1&gt;"));
  assertEquals(
    bundle["text/markdown"],
    "| a\\|b | rate |\n| --- | ---: |\n| &lt;script&gt;&amp; | 97.2 % |\n\nT &lt;1&gt;",
  );
  assert(html.includes("text-align:right") && !/[^-]color:/.test(html));
  const [message] = await sent(() => showTable(table));
  assertEquals(message!.content.data, bundle);
});

Deno.test("a table's columns are aligned in plain text", () => {
  const rows = [["clean", 0.123456789, "12 %"], ["backdoor", 1234567, "–"]];
  assertEquals(
    tableBundle({ columns: ["images", "mean", "share"], rows })["text/plain"].split("\n"),
    [
      "images       mean  share",
      "clean     0.12346   12 %",
      "backdoor  1234567      –",
    ],
  );
});

Deno.test("a table's numbers below 0 have a minus sign, and nothing else gets one", () => {
  const cells = ["-28.7", "-0.8 (-1.3 to 0.0)", "1e-6", "2026-11-28", "a 3-by-3 window", -2, "-"];
  const text = String(
    tableBundle({ columns: ["c"], rows: cells.map((each) => [each]) })["text/plain"],
  );
  assertEquals(text.split("\n").slice(1).map((line) => line.trim()), [
    ...["−28.7", "−0.8 (−1.3 to 0.0)", "1e-6", "2026-11-28", "a 3-by-3 window", "−2", "-"],
  ]);
});

Deno.test("short cells of a table stay on one line, long ones may break", () => {
  const html = String(
    tableBundle({
      columns: ["of what"],
      rows: [["97.2 %"], ["a cell of many words"]],
    })["text/html"],
  );
  const cells = [...html.matchAll(/<td style="([^"]*)"/g)].map(([, style]) =>
    style!.includes("nowrap")
  );
  assertEquals(cells, [true, false]);
});

Deno.test("a table's rows must be whole", () => {
  const run = () => tableBundle({ columns: ["a", "b"], rows: [[1]] });
  assertThrows(run, Error, "Expected 2 cells but found 1");
});
