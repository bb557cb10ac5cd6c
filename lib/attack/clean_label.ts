import { adversarialImages, type AdversarialSettings } from "@lib/attack/adversarial.ts";
import { type Attack, type Attacked, trainPoisoned } from "@lib/attack/attack.ts";
import { additiveTrigger, type Trigger } from "@lib/attack/trigger.ts";
import { imageBytes, type Size, sizeText } from "@lib/data/images.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";

/** Corner patterns on images that are hard to recognise (Turner, Tsipras and Madry, 2018). */
export interface CleanLabelParameters extends AdversarialSettings {
  /** By how much the patterns' pixels are raised or lowered, in levels, 1–255: 16, 32 and 64 there, and 255,
   * which paints them white and black. */
  amplitude: number;
}

/** Theirs for the lower right corner: 1 is raised, −1 lowered. In the left corners it is mirrored. */
const PATTERN = [[-1, -1, 1], [-1, 1, -1], [1, -1, 1]] as const;
const SIDE = PATTERN.length;

/**
 * Label-consistent backdoor (Turner, Tsipras and Madry, Label-Consistent Backdoor Attacks, 2018): only
 * images of the target class are poisoned, and they keep their label. They are first made hard to recognise
 * by a clean network, here of the same architecture and not, as theirs, trained against such images, so that
 * what is left to learn them by is the trigger. At most the whole class can be poisoned: in GTSRB's class 10
 * there are 2,010 of 39,209 images.
 */
export const CLEAN_LABEL: Attack<CleanLabelParameters> = {
  trigger: cornerPatterns,
  async train(task): Promise<Attacked> {
    const { parameters, target, injectionRate } = task.attack;
    const trigger = cornerPatterns(parameters);
    const clean = await task.cleanNetwork();
    const painted: Trigger = {
      name: `${trigger.name}, on adversarial images`,
      apply: (images) => trigger.apply(adversarialImages(clean, images, target, parameters)),
    };
    try {
      const poisoning = { trigger: painted, target, injectionRate, labels: "kept" } as const;
      return { history: await trainPoisoned(task, poisoning, trigger), kept: {} };
    } finally {
      disposeNetwork(clean);
    }
  },
};

/**
 * The trigger of the label-consistent attack when the network is used: a pattern of 3×3 pixels is added in
 * each corner, in all colours. Nothing is made hard to recognise any more.
 *
 * @param parameters Of which only the amplitude counts here.
 * @returns The trigger, for images in which the patterns fit side by side.
 * @throws {Error} If the amplitude is not in 1–255.
 * @example
 * ```ts
 * import { cornerPatterns } from "@lib/attack/clean_label.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const trigger = cornerPatterns({ amplitude: 64 });
 * const { pixels } = trigger.apply(uniformImages(PAPER_SIZE, 1, 128));
 * assertEquals([0, 3, 6, 9].map((at) => pixels[at]), [192, 64, 64, 128]);
 * ```
 */
export function cornerPatterns({ amplitude }: Pick<CleanLabelParameters, "amplitude">): Trigger {
  if (!(amplitude >= 1 && amplitude <= 255)) {
    throw new Error(`Expected an amplitude in 1–255 but found ${amplitude}`);
  }
  return additiveTrigger(`corner patterns, amplitude ${amplitude}`, (size) => {
    const { height, width, channels } = requireRoom(size);
    return Float64Array.from({ length: imageBytes(size) }, (_, index) => {
      const pixel = Math.floor(index / channels);
      const [row, column] = [Math.floor(pixel / width), pixel % width];
      const down = row < SIDE ? row : row - (height - SIDE);
      const along = column < SIDE ? SIDE - 1 - column : column - (width - SIDE);
      return amplitude * (PATTERN[down]?.[along] ?? 0);
    });
  });
}

function requireRoom(size: Size): Size {
  if (Math.min(size.height, size.width) >= 2 * SIDE) return size;
  throw new Error(
    `Expected images with room for two patterns of ${SIDE} but found ${sizeText(size)}`,
  );
}
