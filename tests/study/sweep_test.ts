import { canonical } from "@lib/canonical.ts";
import type { Dataset } from "@lib/data/dataset.ts";
import { ROOT } from "@lib/environment.ts";
import { writeWhole } from "@lib/files.ts";
import { tableAsCsv } from "@lib/figures/table_csv.ts";
import { defenseDepends, type DefenseRow } from "@lib/study/defense_rows.ts";
import { networkFolder } from "@lib/study/network_folder.ts";
import { badNets } from "@lib/study/networks.ts";
import { otherAttacks } from "@lib/study/other_attacks.ts";
import { readSweep, type Sweep, sweepRows } from "@lib/study/sweep.ts";
import { keepDefense, resultFile } from "@lib/study/sweep_results.ts";
import { spreadsTable, sweepLines, sweepSpreads, sweepTable } from "@lib/study/sweep_table.ts";
import { assertEquals, assertRejects, assertThrows } from "@lib/std/assert.ts";
import { join } from "@lib/std/path.ts";

Deno.test("the first seeds of the committed sweep are the study's networks", async () => {
  const rows = sweepRows(await readSweep(join(ROOT, "sweep/sweep.json")));
  const others = otherAttacks("gtsrb");
  // of FTrojan the paper's alone
  const kinds = others.filter(({ experiment }) => experiment.attack.name !== "ftrojan");
  const study = [badNets("gtsrb")[0]!, ...kinds];
  const first = rows.filter(({ experiment }) => experiment.seed === 1);
  assertEquals(
    first.map(({ experiment }) => canonical(experiment)),
    study.map(({ experiment }) => canonical(experiment)),
  );
  const papers = rows.slice(0, 3).map(({ experiment }) => networkFolder(experiment));
  assertEquals(papers, ["gtsrb/badnet", "gtsrb/badnet_seed2", "gtsrb/badnet_seed3"]);
  const folders = rows.map(({ experiment }) => networkFolder(experiment));
  assertEquals(new Set(folders).size, rows.length);
});

const SWEEP: Sweep = {
  data: ["quick"],
  architectures: ["paper", "residual"],
  attacks: { ftrojan: {}, weak: { parameters: { magnitude: 3 }, epochs: 2 } },
  seeds: [901, 902],
  defenses: ["CLP", "frequency recovery"],
  without: ["*residual-weak*", "*-ftrojan-902"],
};

Deno.test("a sweep is all combinations but for the patterns, and its mistakes are said with their file", async () => {
  assertEquals(sweepRows(SWEEP).map(({ id }) => id), [
    ...["quick-paper-ftrojan-901", "quick-paper-weak-901", "quick-paper-weak-902"],
    "quick-residual-ftrojan-901",
  ]);
  assertEquals(sweepRows({ ...SWEEP, without: ["quick-paper"] }).length, 8); // of the whole name
  assertEquals(sweepRows({ ...SWEEP, without: undefined }).length, 8);
  const [, weak] = sweepRows(SWEEP);
  assertEquals(weak!.experiment.recipe.epochs, 2);
  const parameters = weak!.experiment.attack.parameters as Record<string, unknown>;
  assertEquals([parameters.magnitude, parameters.window], [3, 32]);
  const wrong: [Partial<Sweep>, string][] = [
    [{ defenses: ["CPL"] }, 'found "CPL"'],
    [{ data: ["gtsbr"] }, 'found "gtsbr"'],
    [{ attacks: { patch: { name: "pach", parameters: {} } } }, 'found "pach"'],
    [{ attacks: { "a-b": {} } }, "letters, digits and underscores"],
    [{ seeds: [1.5] }, "letters, digits and underscores"],
    [{ attacks: { ftrojan: { epochs: 0 } } }, "epochs to be a whole number from 1 on"],
    [{ attacks: { weak: { injectonRate: 0.1 } as object } }, 'found "injectonRate" in weak'],
    [{ attacks: { weak: { parameters: { magnitud: 3 } } } }, 'found "magnitud" in weak'],
    [{ attacks: { blend: { name: "blend" } } }, "parameters of blend but found none in blend"],
    [{ attacks: { weak: { injectionRate: 5 } } }, "injection rate in 0–1 but found 5"],
    [{ seeds: [901, 901] }, "each network once but found quick-paper-ftrojan-901 twice"],
    [{ defenses: undefined }, "Expected a list of defenses but found none"],
  ];
  for (const [change, message] of wrong) {
    assertThrows(() => sweepRows({ ...SWEEP, ...change }), Error, message);
  }
  const file = join(await Deno.makeTempDir(), "sweep.json");
  await writeWhole(file, "{");
  await assertRejects(() => readSweep(file), Error, `a sweep in ${file} but found`);
});

Deno.test("a table has what fits, and of all else an empty cell", async () => {
  const results = await Deno.makeTempDir();
  const rates = (attackSuccess: number) => ({
    ...{ cleanAccuracy: 0.9, attackSuccess, robustAccuracy: 1 - attackSuccess },
  });
  const put = async (row: number, what: string, result: object): Promise<void> =>
    await writeWhole(resultFile(results, sweepRows(SWEEP)[row]!.id, what), JSON.stringify(result));
  const [weights, madeBy] = ["0123", { device: "processor, 2 cores" }];
  for (const [row, { experiment }] of sweepRows(SWEEP).entries()) {
    if (row === 3) continue;
    const network = { experiment, folder: "", weights, images: {}, before: rates(1) };
    await put(row, "network", { ...network, seconds: 9, madeBy });
  }
  const row = (repaired: object[]): DefenseRow => (
    { note: "", before: rates(1), repaired, cleanImages: 9, seconds: 5 } as unknown as DefenseRow
  );
  const depends = (at: number, name: string, digest = weights) =>
    defenseDepends(sweepRows(SWEEP)[at]!.experiment, name, digest, {});
  const repair = (way: string | undefined, left: number) => (
    { way, ...rates(left), defenseEffectiveness: 1 - left / 2, seconds: 7 }
  );
  const clp = row([repair(undefined, 0.25)]);
  await put(0, "CLP", { depends: depends(0, "CLP"), row: clp, madeBy });
  await put(1, "CLP", { depends: depends(1, "CLP"), row: row([repair(undefined, 0.75)]), madeBy });
  await put(2, "CLP", { depends: depends(2, "CLP", "4567"), row: clp, madeBy }); // of another network
  const ours = "frequency recovery";
  const ways = row([repair("refitting", 0), repair("pruning", 0.5)]);
  await put(1, ours, { depends: depends(1, ours), row: ways, madeBy });
  await put(2, ours, { depends: depends(2, ours), row: row([]), madeBy }); // no alarm
  const { lines, misfits } = await sweepLines(SWEEP, results);
  assertEquals(misfits.map(({ why }) => why), ["what it depends on has changed"]);
  const csv = tableAsCsv(sweepTable(lines)).split("\r\n");
  assertEquals(csv.slice(1, 13), [
    "quick,paper,ftrojan,901,none,90,100,0,50",
    "quick,paper,ftrojan,901,CLP,90,25,75,87.5",
    'quick,paper,ftrojan,901,"frequency recovery, refitting",,,,',
    'quick,paper,ftrojan,901,"frequency recovery, pruning",,,,',
    "quick,paper,weak,901,none,90,100,0,50",
    "quick,paper,weak,901,CLP,90,75,25,62.5",
    'quick,paper,weak,901,"frequency recovery, refitting",90,0,100,100',
    'quick,paper,weak,901,"frequency recovery, pruning",90,50,50,75',
    "quick,paper,weak,902,none,90,100,0,50",
    "quick,paper,weak,902,CLP,,,,",
    'quick,paper,weak,902,"frequency recovery, refitting",90,100,0,50',
    'quick,paper,weak,902,"frequency recovery, pruning",90,100,0,50',
  ]);
  const table = spreadsTable(sweepSpreads(lines, "attackSuccess"), "");
  assertEquals(table.rows, [
    ["synthetic signs, paper, FTrojan", "100.0", "25.0", "–", "–"],
    [
      "synthetic signs, paper, weak",
      "100.0 (100.0–100.0)",
      "75.0",
      "50.0 (0.0–100.0)",
      "75.0 (50.0–100.0)",
    ],
    ["synthetic signs, residual, FTrojan", "–", "–", "–", "–"],
  ]);
  const [first] = sweepRows(SWEEP);
  const other = { checksums: { file: "another" } } as unknown as Dataset;
  await assertRejects(() => keepDefense(results, first!, "CLP", other, {}), Error, "the data of");
  for (const text of ["null", "[]", '"half', ""]) {
    await writeWhole(resultFile(results, sweepRows(SWEEP)[0]!.id, "CLP"), text);
    assertEquals((await sweepLines(SWEEP, results)).misfits.length, 2, text);
  }
});
