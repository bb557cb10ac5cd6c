import { deviceOf } from "@lib/network/device.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { assertAlmostEquals, assertEquals } from "@lib/std/assert.ts";
import { defenseDepends, type DefenseRow } from "@lib/study/defense_rows.ts";
import { readSummary } from "@lib/study/summary.ts";
import { type Sweep, sweepRows } from "@lib/study/sweep.ts";
import type { DefenseResult, FoundResults } from "@lib/study/sweep_results.ts";
import { estimator } from "../../tools/sweep/estimate.ts";

const sweep: Sweep = {
  ...{ data: ["gtsrb"], architectures: ["paper"], attacks: { ftrojan: {} }, seeds: [1, 2, 99] },
  ...{ defenses: ["CLP", "RNP"], without: [] },
};

const rates = { cleanAccuracy: 1, attackSuccess: 0, robustAccuracy: 1 };

/** A result that took so long on a device. */
function result(device: string, seconds: number, last: number): DefenseResult {
  const [row] = sweepRows(sweep);
  const repaired = [{ ...rates, note: "", seconds: last, defenseEffectiveness: 1 }];
  return {
    depends: defenseDepends(row!.experiment, "RNP", "", {}),
    row: { seconds, note: "", before: rates, repaired, cleanImages: 0 },
    madeBy: { device },
  };
}

function middle(values: number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.floor(sorted.length / 2)]!) /
    2;
}

Deno.test("jobs take what the same took on this device, up to the last repaired network", async () => {
  const here = deviceOf(tf.backend());
  const defenses: Record<string, DefenseResult>[] = [
    { RNP: result(here, 10, 12) },
    { RNP: result(here, 10, 20), CLP: result("another", 1000, 1000) },
    { RNP: result("another", 1000, 1000) },
  ];
  const found = sweepRows(sweep).map((row, index): FoundResults => (
    { row, defenses: defenses[index]!, misfits: [] }
  ));
  const secondsOf = await estimator(found);
  const [trained, , missing] = found.map(({ row }) => row);
  const kept = (await readSummary("gtsrb") as { defenses: Record<string, DefenseRow> }).defenses;
  const own = kept["badnet, RNP, 1000"]!.repaired.at(-1)!.seconds;
  assertEquals(secondsOf({ row: missing!, what: "RNP" }), middle([12, 20, own]));
  assertEquals(secondsOf({ row: trained!, what: "network" }), 0);
  // only of the same architecture, and of as many clean images
  const [residual] = sweepRows({ ...sweep, architectures: ["residual"] });
  assertEquals(
    secondsOf({ row: residual!, what: "frequency recovery" }),
    middle(["residual_badnet", "residual_clean"].map((name) => {
      const { seconds, repaired } = kept[`${name}, frequency recovery, 1000`]!;
      return Math.max(seconds, ...repaired.map((each) => each.seconds));
    })),
  );
  const seconds = ["badnet", "badnet_seed2"].flatMap((name) => {
    const file = new URL(`../../outputs/gtsrb/${name}/model.json`, import.meta.url);
    const { history } = JSON.parse(Deno.readTextFileSync(file)).userDefinedMetadata;
    return history.map((epoch: { seconds: number }) => epoch.seconds);
  });
  assertAlmostEquals(secondsOf({ row: missing!, what: "network" })!, 20 * middle(seconds), 1e-9);
});

Deno.test("of a job that no time is known of, none is said", async () => {
  const [row] = sweepRows({ ...sweep, data: ["quick"], seeds: [99] });
  const secondsOf = await estimator([{ row: row!, defenses: {}, misfits: [] }]);
  assertEquals(secondsOf({ row: row!, what: "network" }), undefined);
  assertEquals(secondsOf({ row: row!, what: "RNP" }), undefined);
});
