import type { Coefficient } from "@lib/attack/spectrum_trigger.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/** What a defender has, who knows of no attack. */
export interface DefenseTask {
  /** From images, 0–1, to logits; left as it is. */
  network: tf.LayersModel;
  /** Labelled clean images: all decisions are made on them. */
  clean: LabelledImages;
  /** At most so many steps in a round of a search of its own; as many as it wants if not given. */
  mostSteps?: number;
}

/** Whether there is a backdoor, and where. */
export interface Verdict {
  /** The class found, if any. */
  suspected?: number;
  /** Among what it was found: frequencies or pixels, where a defense looks among several. */
  family?: string;
  /** How far the smallest working trigger's norm lies below the others. */
  outlierIndex: number;
  /** L1 norm of that trigger. */
  norm: number;
  /** Its strongest coefficients, at most four; none of triggers of pixels. */
  coefficients: Coefficient[];
  /** How many coefficients, or levels of pixels, it takes. */
  coefficientCount: number;
}

/** A repaired network. */
export interface Repaired {
  /** By what, where a defense has several ways. */
  way?: string;
  /** The caller disposes it. */
  network: tf.LayersModel;
  /** What was done, in a few words. */
  note: string;
  channelsPruned?: number;
  /** From the start to this network. */
  seconds: number;
}

/** What a defense came to. */
export interface Outcome {
  /** None from defenses that give none. */
  verdict?: Verdict;
  /** What there is to say where nothing was repaired. */
  note: string;
  /** None where there was nothing to repair. */
  repaired: Repaired[];
  /** From the start to the verdict, or to the end. */
  seconds: number;
}

/** The parts of a defender's work, in order; those after the first only where there is a suspect. */
export const PARTS = [
  "looking for triggers",
  "looking for variants",
  "searching channels",
  "refitting",
  "unlearning",
] as const;

/** Told what is being done, and the share of it that is done, 0–1. */
export type OnPart = (part: typeof PARTS[number], share: number) => void | Promise<void>;

/**
 * A defense: from a network and clean images to a verdict, a repaired network, or both. One file, and one
 * line in the list `DEFENSES`.
 */
export interface Defense {
  /** Whether it looks at the clean images. */
  usesImages: boolean;
  /** All that decides what it does, as JSON holds it: results are kept as long as this is the same. */
  settings: object;
  run(task: DefenseTask, onPart?: OnPart): Promise<Outcome>;
}

/**
 * A clock that begins now.
 *
 * @returns The seconds since then, when asked.
 */
export function stopwatch(): () => number {
  const start = performance.now();
  return () => (performance.now() - start) / 1000;
}

/**
 * A defense that gives no verdict, and repairs every network in its one way.
 *
 * @param settings All that decides what it does.
 * @param repair Makes the repaired network.
 * @param usesImages Whether it looks at the clean images.
 * @returns The defense.
 */
export function repairing(
  settings: object,
  repair: (task: DefenseTask) => Promise<Omit<Repaired, "seconds">>,
  usesImages = true,
): Defense {
  return {
    usesImages,
    settings,
    async run(task): Promise<Outcome> {
      const clock = stopwatch();
      const repaired = await repair(task);
      const seconds = clock();
      return { note: repaired.note, repaired: [{ ...repaired, seconds }], seconds };
    },
  };
}
