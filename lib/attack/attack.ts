import type { FTrojanParameters } from "@lib/attack/ftrojan.ts";
import type { Kept } from "@lib/attack/kept.ts";
import { type Poisoning, poisonTrainingSet } from "@lib/attack/poison.ts";
import { type Rates, ratesOf } from "@lib/attack/rates.ts";
import type { Trigger } from "@lib/attack/trigger.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import type { tf } from "@lib/network/tensorflow.ts";
import { type Companion, type Recipe, train, type TrainingHooks } from "@lib/network/train.ts";
import type { EpochRecord } from "@lib/network/training_state.ts";
import { seededRandom } from "@lib/random.ts";

/** Which attack, as it is written beside a network that was attacked so. */
export interface AttackChoice<Parameters extends object = FTrojanParameters> {
  /** In the list of attacks. */
  name: string;
  /** What makes up its trigger, and how it is found. */
  parameters: Parameters;
  /** The attacker's class. */
  target: number;
  /** Share of the training images that are poisoned, 0–1. */
  injectionRate: number;
}

/** What stands between clean data and a BadNet: one file, and one line in the list `ATTACKS`. */
export interface Attack<Parameters extends object = object> {
  /**
   * The trigger that is put into images when the network is used.
   *
   * @param parameters As JSON holds them.
   * @param kept What {@link Attack.train} gave, as it lies beside the network.
   */
  trigger(parameters: Parameters, kept: Kept): Trigger;
  /** Trains the network of a task with the backdoor in it. */
  train(task: AttackTask<Parameters>): Promise<Attacked>;
}

/** What an attacker has. */
export interface AttackTask<Parameters extends object = object> {
  /** From images, 0–1, to logits; untrained. Its weights are changed. */
  network: tf.LayersModel;
  /** The clean training set; left as it is. */
  images: LabelledImages;
  /** Clean images on which the history's rates are measured. */
  validation: LabelledImages;
  attack: AttackChoice<Parameters>;
  /** Its seed decides all that is drawn. */
  recipe: Recipe;
  /** Checkpoint file and progress. */
  hooks: Pick<TrainingHooks, "checkpoint" | "onProgress" | "onEpoch">;
  /** A network of the same kind, trained on clean images alone. The caller disposes it. */
  cleanNetwork(): Promise<tf.LayersModel>;
}

/** How a training with a backdoor went. */
export interface Attacked {
  history: EpochRecord[];
  /** What the trigger is made from besides its parameters; none where these are enough. */
  kept: Kept;
}

/** Makes a trigger from its parameters, as JSON holds them. */
// deno-lint-ignore no-explicit-any -- each has parameters of its own
export type MakeTrigger = (parameters: any) => Trigger;

/**
 * The attack of a trigger that needs nothing but its parameters: a random draw of images of other classes
 * get it and the target's label (paper, section 3.1).
 *
 * @param trigger Makes it.
 * @returns The attack.
 */
export function triggerAttack(trigger: MakeTrigger): Attack {
  return {
    trigger,
    async train(task): Promise<Attacked> {
      const { target, injectionRate, parameters } = task.attack;
      const poisoning = { trigger: trigger(parameters), target, injectionRate };
      return { history: await trainPoisoned(task, poisoning), kept: {} };
    },
  };
}

/**
 * Poisons a task's training set and trains its network on it.
 *
 * @param task What the attacker has.
 * @param poisoning What is put into the training images.
 * @param trigger Under which the history's rates are measured; the training images' own if not given.
 * @returns The history.
 * @throws {Error} As `poisonTrainingSet` and `train`.
 * @example
 * ```ts
 * import { trainPoisoned } from "@lib/attack/attack.ts";
 * import { patch } from "@lib/attack/patch.ts";
 * import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const [network, images] = [paperCnn(4, 1), syntheticSigns(40, 1, 4)];
 * const recipe = { epochs: 1, batchSize: 8, learningRate: 5e-4, weightDecay: 0, seed: 1 };
 * const task = { network, images, validation: images, recipe, hooks: {} };
 * const poisoning = { trigger: patch({ size: 3, level: 255 }), target: 2, injectionRate: 0.1 };
 * const [epoch] = await trainPoisoned(task, poisoning);
 * assertEquals(Object.keys(epoch!.rates), ["cleanAccuracy", "attackSuccess", "robustAccuracy"]);
 * ```
 */
export async function trainPoisoned(
  { network, images, validation, recipe, hooks }: Omit<AttackTask, "attack" | "cleanNetwork">,
  poisoning: Poisoning,
  trigger: Trigger = poisoning.trigger,
): Promise<EpochRecord[]> {
  const poisoned = poisonTrainingSet(images, poisoning, seededRandom(recipe.seed));
  return await train(network, poisoned.images, recipe, {
    ...hooks,
    evaluate: async (): Promise<Record<keyof Rates, number>> => ({
      ...await ratesOf(network, validation, trigger, poisoning.target),
    }),
  });
}

/** What learns along with a network to make its trigger, such as generators. */
export interface TriggerCompanion extends Companion {
  /** What the trigger is made from as it is now. */
  kept(): Kept;
  /** Frees what it has. */
  dispose(): void;
}

/**
 * Trains a task's network along with what makes its trigger.
 *
 * @param task What the attacker has.
 * @param companion Changes batches as it learns; disposed in the end.
 * @param trigger The trigger, from what is kept.
 * @param others Further rates for the history.
 * @returns The history, and what the trigger is made from.
 * @throws {Error} As `train`.
 */
export async function trainJointly(
  { network, images, validation, recipe, hooks, attack }: AttackTask,
  companion: TriggerCompanion,
  trigger: (kept: Kept) => Trigger,
  others: () => Promise<Record<string, number>> = () => Promise.resolve({}),
): Promise<Attacked> {
  try {
    const evaluate = async (): Promise<Record<string, number>> => ({
      ...await ratesOf(network, validation, trigger(companion.kept()), attack.target),
      ...await others(),
    });
    const history = await train(network, images, recipe, { ...hooks, companion, evaluate });
    return { history, kept: companion.kept() };
  } finally {
    companion.dispose();
  }
}
