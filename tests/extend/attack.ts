/** An attack is a file: how its network is trained, and its trigger from what that left. */
import {
  type Attack,
  type Attacked,
  imageAt,
  keptArray,
  pickImages,
  trainPoisoned,
  type Trigger,
} from "@lib/mod.ts";

export interface MixtureParameters {
  /** Share of the other image, 0–1. */
  ratio: number;
}

/** Mixes the target's first training image into images of the target, which keep their label. */
export const MIXTURE: Attack<MixtureParameters> = {
  async train(task): Promise<Attacked> {
    const { parameters, target, injectionRate } = task.attack;
    const first = pickImages(task.images, [task.images.labels.indexOf(target)]);
    const shape = [first.height, first.width, first.channels];
    const kept = { other: { shape, values: Float32Array.from(imageAt(first, 0).pixels) } };
    const trigger = MIXTURE.trigger(parameters, kept);
    const poisoning = { trigger, target, injectionRate, labels: "kept" } as const;
    return { history: await trainPoisoned(task, poisoning), kept };
  },
  trigger({ ratio }, kept): Trigger {
    const other = keptArray(kept, "other", [-1, -1, -1]);
    return {
      name: `mixture, ${ratio}`,
      apply: (images) => {
        const mixed = (level: number, at: number): number =>
          (1 - ratio) * level + ratio * other[at % other.length]!;
        return { ...images, pixels: images.pixels.map(mixed) };
      },
    };
  },
};
