/** Intervals and tests beside SciPy's. */
import { bootstrapBand, mcNemar, rankCorrelation, wilson } from "@lib/study/statistics.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { assertAlmostEquals, assertEquals, assertThrows } from "@lib/std/assert.ts";
import { reference } from "../reference/reference.ts";

Deno.test("Wilson's interval is SciPy's", () => {
  for (const [hits, count, low, high] of reference.statistics.wilson) {
    const found = wilson(hits!, count!);
    assertAlmostEquals(found.low, low!, 1e-8);
    assertAlmostEquals(found.high, high!, 1e-8);
  }
  for (const [hits, count] of [[1, 0], [11, 10], [-1, 10], [NaN, 10]]) {
    assertThrows(() => wilson(hits!, count!), Error, `Expected 0–${count} hits`);
  }
});

Deno.test("McNemar's exact test is SciPy's binomial one on the images where one alone is right", () => {
  for (const [onlyOne, onlyOther, p] of reference.statistics.signTest) {
    const answers = [
      ...Array(onlyOne).fill([true, false]),
      ...Array(onlyOther).fill([false, true]),
      ...[[true, true], [false, false], [true, true]],
    ];
    const found = mcNemar(answers.map(([one]) => one), answers.map(([, other]) => other));
    assertEquals([found.onlyOne, found.onlyOther], [onlyOne, onlyOther]);
    assertAlmostEquals(found.p, p!, 1e-8 * p! + 1e-12);
  }
  assertEquals(mcNemar([true], [true]).p, 1);
  assertThrows(() => mcNemar([true], []), Error, "the same images but found 1, 0");
});

Deno.test("rank correlations are the published ones, ties included", () => {
  const intelligence = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
  const television = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];
  assertAlmostEquals(rankCorrelation(intelligence, television), -29 / 165, 1e-12); // a textbook's
  assertAlmostEquals(rankCorrelation([1, 2, 2, 3], [1, 3, 2, 4]), 0.9486832980505138, 1e-12); // SciPy's
  assertThrows(() => rankCorrelation([1], []), Error, "of one length but found 1, 0");
});

Deno.test("bootstrap bands are the binomial distribution's quantiles, within a few draws", () => {
  const before = tf.memory().numTensors;
  const steps = reference.statistics.binomialQuantiles.map(([rate]) =>
    Array.from({ length: 200 }, (_, image) => image < 200 * rate!)
  );
  const band = bootstrapBand(steps, 4000, 1);
  reference.statistics.binomialQuantiles.forEach(([, low, high], step) => {
    assertAlmostEquals(band[step]!.low, low!, 0.0051);
    assertAlmostEquals(band[step]!.high, high!, 0.0051);
  });
  assertEquals(band, bootstrapBand(steps, 4000, 1));
  assertEquals(tf.memory().numTensors, before);
  assertThrows(() => bootstrapBand([], 10, 1), Error, "found none");
  assertThrows(() => bootstrapBand([[true], []], 10, 1), Error, "steps of 1 images but found 0");
});
