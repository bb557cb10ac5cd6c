import type { Rates } from "@lib/attack/rates.ts";
import { percent, points } from "@lib/words.ts";
import type { Coefficient } from "@lib/attack/spectrum_trigger.ts";
import { WAYS } from "@lib/recovery/frequency_recovery.ts";
import { isRight, type RecoveryRow } from "@lib/study/recovery_rows.ts";
import type { Table } from "@lib/figures/table_bundle.ts";
import type { PeerRow } from "@lib/study/peer_rows.ts";
import { tableOf } from "@lib/study/table_of.ts";

/**
 * What a defender found on networks: a row a network.
 *
 * @param rows From the study.
 * @param caption Stands below.
 * @returns The table.
 * @example
 * ```ts
 * import { foundTable } from "@lib/study/recovery_tables.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const before = { cleanAccuracy: 0.97, attackSuccess: 0, robustAccuracy: 0.9 };
 * const none = { outlierIndex: 1.2, norm: 900, coefficients: [], coefficientCount: 0 };
 * const clean = { title: "clean network", before };
 * const row = { ...clean, ...none, repaired: {}, cleanImages: 1000, seconds: 40 };
 * assertEquals(foundTable([row], "").rows[0]![1], "none: no alarm");
 * ```
 */
export function foundTable(rows: readonly RecoveryRow[], caption: string): Table {
  return tableOf(rows, {
    "network": ({ title }) => title,
    "flagged (target)": foundBy,
    "attacker's trigger": ({ atAttackers }) =>
      atAttackers === undefined ? "–" : atAttackers ? "yes" : "no",
    "index": ({ outlierIndex }) => outlierIndex.toFixed(1),
    "norm": ({ norm }) => Math.round(norm).toLocaleString("en"),
    "among": ({ family }) => family ?? "–",
    "values": ({ suspected, coefficientCount }) => suspected === undefined ? "–" : coefficientCount,
    "the strongest": ({ suspected, coefficients }) =>
      suspected === undefined ? "–" : coefficientWords(coefficients.slice(0, 2)) || "–",
    "seconds": ({ seconds }) => Math.round(seconds),
  }, caption);
}

function foundBy({ suspected, target }: RecoveryRow): string {
  if (suspected === undefined) return `none${target === undefined ? ": no alarm" : ` (${target})`}`;
  return target === undefined ? `${suspected}: false alarm` : `${suspected} (${target})`;
}

/**
 * What is left of the attack by each way of repair: a row a network on which the attacker's class was found.
 *
 * @param rows From the study; the others are left out.
 * @param caption Stands below.
 * @returns The table; rates on test in per cent, changes of accuracy in percentage points.
 * @example
 * ```ts
 * import { repairTable } from "@lib/study/recovery_tables.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const before = { cleanAccuracy: 0.97, attackSuccess: 0, robustAccuracy: 0.9 };
 * const none = { outlierIndex: 1.2, norm: 900, coefficients: [], coefficientCount: 0 };
 * const clean = { title: "clean network", before };
 * const row = { ...clean, ...none, repaired: {}, cleanImages: 1000, seconds: 40 };
 * assertEquals(repairTable([row], "").rows, []);
 * ```
 */
export function repairTable(rows: readonly RecoveryRow[], caption: string): Table {
  const cells: [name: string, (after: Rates, before: Rates) => string][] = [
    ["attack", (after) => percent(after.attackSuccess, 2)],
    ["accuracy", (after, before) => points(after.cleanAccuracy - before.cleanAccuracy)],
    ["robust", (after) => percent(after.robustAccuracy, 2)],
  ];
  const ways = WAYS.flatMap((way) =>
    cells.map(([name, cell]) => [
      `${way}: ${name}`,
      ({ before, repaired }: RecoveryRow): string =>
        repaired[way] ? cell(repaired[way], before) : "–",
    ])
  );
  return tableOf(rows.filter(isRight), {
    "network": ({ title }) => title,
    "attack before": ({ before }) => percent(before.attackSuccess, 2),
    ...Object.fromEntries(ways),
  }, caption);
}

/**
 * Coefficients in words.
 *
 * @param coefficients Any.
 * @returns Such as "Cr (31, 31) +21".
 * @example
 * ```ts
 * import { coefficientWords } from "@lib/study/recovery_tables.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const coefficient = { plane: "Cr", row: 31, column: 31, magnitude: -21.4 } as const;
 * assertEquals(coefficientWords([coefficient]), "Cr (31, 31) −21");
 * ```
 */
export function coefficientWords(coefficients: readonly Coefficient[]): string {
  return coefficients.map(({ plane, row, column, magnitude }) =>
    `${plane} (${row}, ${column}) ${magnitude < 0 ? "−" : "+"}${Math.abs(magnitude).toFixed(0)}`
  ).join(", ");
}

/**
 * Defenses side by side: a row each.
 *
 * @param rows From the study.
 * @param caption Stands below.
 * @returns The table; rates on test in per cent.
 * @example
 * ```ts
 * import { peerTable } from "@lib/study/recovery_tables.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const rates = { cleanAccuracy: 0.97, attackSuccess: 1, robustAccuracy: 0, defenseEffectiveness: 0.5 };
 * const table = peerTable([{ name: "none", ...rates, cleanImages: 0, seconds: 0, note: "" }], "");
 * assertEquals(table.rows[0]!.slice(0, 2), ["none", "97.00 %"]);
 * ```
 */
export function peerTable(rows: readonly PeerRow[], caption: string): Table {
  return tableOf(rows, {
    "defense": ({ name }) => name,
    "clean accuracy": ({ cleanAccuracy }) => percent(cleanAccuracy, 2),
    "attack success": ({ attackSuccess }) => percent(attackSuccess, 2),
    "robust accuracy": ({ robustAccuracy }) => percent(robustAccuracy, 2),
    "effectiveness": ({ defenseEffectiveness }) => percent(defenseEffectiveness, 2),
    "clean images": ({ cleanImages }) => cleanImages,
    "seconds": ({ seconds }) => seconds < 1 ? "< 1" : Math.round(seconds),
    "what it did": ({ note }) => note,
  }, caption);
}
