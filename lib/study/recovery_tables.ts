import type { Rates } from "@lib/attack/rates.ts";
import { percent, points } from "@lib/words.ts";
import type { Coefficient } from "@lib/attack/spectrum_trigger.ts";
import { WAYS } from "@lib/recovery/frequency_recovery.ts";
import { isRight, type RecoveryRow } from "@lib/study/recovery_rows.ts";
import type { Table } from "@lib/figures/table_bundle.ts";
import type { PeerRow } from "@lib/study/peer_rows.ts";

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
  return {
    columns: [
      ...["network", "flagged (target)", "attacker's trigger", "index", "norm"],
      ...["among", "values", "the strongest", "seconds"],
    ],
    rows: rows.map((row) => [
      row.title,
      foundBy(row),
      row.atAttackers === undefined ? "–" : row.atAttackers ? "yes" : "no",
      row.outlierIndex.toFixed(1),
      Math.round(row.norm).toLocaleString("en"),
      row.family ?? "–",
      row.suspected === undefined ? "–" : row.coefficientCount,
      row.suspected === undefined ? "–" : coefficientWords(row.coefficients.slice(0, 2)) || "–",
      Math.round(row.seconds),
    ]),
    caption,
  };
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
  return {
    columns: [
      ...["network", "attack before"],
      ...WAYS.flatMap((way) => [`${way}: attack`, `${way}: accuracy`, `${way}: robust`]),
    ],
    rows: rows.filter(isRight).map((row) => [
      row.title,
      percent(row.before.attackSuccess, 2),
      ...WAYS.flatMap((way) => repairCells(row, row.repaired[way])),
    ]),
    caption,
  };
}

function repairCells({ before }: RecoveryRow, after: Rates | undefined): string[] {
  if (after === undefined) return ["–", "–", "–"];
  return [
    percent(after.attackSuccess, 2),
    points(after.cleanAccuracy - before.cleanAccuracy),
    percent(after.robustAccuracy, 2),
  ];
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
  return {
    columns: [
      ...["defense", "clean accuracy", "attack success", "robust accuracy"],
      ...["effectiveness", "clean images", "seconds", "what it did"],
    ],
    rows: rows.map((row) => [
      row.name,
      percent(row.cleanAccuracy, 2),
      percent(row.attackSuccess, 2),
      percent(row.robustAccuracy, 2),
      percent(row.defenseEffectiveness, 2),
      row.cleanImages,
      row.seconds < 1 ? "< 1" : Math.round(row.seconds),
      row.note,
    ]),
    caption,
  };
}
