import { COMPILED_PLOTLY } from "@lib/figures/plotly_window.ts";
import { assertEquals } from "@lib/std/assert.ts";
import { Buffer } from "node:buffer";
import { createRequire } from "node:module";
import { Script } from "node:vm";

Deno.test("V8 takes Plotly as the set-up compiled it, and no other text for it", async () => {
  const cachedData = Buffer.from(await Deno.readFile(COMPILED_PLOTLY));
  const filename = createRequire(import.meta.url).resolve("plotly.js-dist");
  const text = await Deno.readTextFile(filename);
  const isRefused = [text, text + " "].map((each) =>
    new Script(each, { filename, cachedData }).cachedDataRejected
  );
  assertEquals(isRefused, [false, true]);
});
