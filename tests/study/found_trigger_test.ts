/** Whether a defender found the attacker's own frequency, for triggers of one, of few and of many. */
import { ATTACKS, poisoningOf } from "@lib/attack/attacks.ts";
import type { Coefficient } from "@lib/attack/spectrum_trigger.ts";
import { PAPER_SIZE } from "@lib/data/images.ts";
import { uniformImages } from "@lib/data/select.ts";
import { paperExperiment } from "@lib/study/experiment.ts";
import { isAttackersFrequency } from "@lib/study/found_trigger.ts";
import { assert, assertEquals } from "@lib/std/assert.ts";

const grey = uniformImages(PAPER_SIZE, 1, 128);
const found = (plane: Coefficient["plane"], row: number, column: number): Coefficient[] => [
  { plane, row, column, magnitude: -20 },
];
const { attack } = paperExperiment("gtsrb");

Deno.test("FTrojan's frequencies are those of its bands in its planes, whatever their sign", () => {
  const { trigger } = poisoningOf(attack);
  assertEquals(isAttackersFrequency(found("Cr", 31, 31), trigger, grey), true);
  assertEquals(isAttackersFrequency(found("Cb", 15, 15), trigger, grey), true);
  assertEquals(isAttackersFrequency(found("Y", 31, 31), trigger, grey), false);
  assertEquals(isAttackersFrequency(found("Cr", 15, 31), trigger, grey), false);
  assertEquals(isAttackersFrequency([], trigger, grey), undefined);
});

Deno.test("a patch has no frequency of its own", () => {
  assert("patch" in ATTACKS);
  const patch = { ...attack, name: "patch", parameters: { size: 3, level: 255 } };
  assertEquals(isAttackersFrequency(found("Y", 0, 0), poisoningOf(patch).trigger, grey), undefined);
});
