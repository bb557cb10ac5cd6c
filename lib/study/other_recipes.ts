import { paperExperiment } from "@lib/study/experiment.ts";
import { changed, type StudyNetwork } from "@lib/study/networks.ts";

/**
 * The paper's BadNet with one thing of the training changed each: what of its accuracy the recipe decides.
 *
 * @param data In the list of data sets.
 * @returns Name, title and experiment of each.
 * @example
 * ```ts
 * import { otherRecipes } from "@lib/study/other_recipes.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(otherRecipes("cifar10")[0]!.experiment.recipe.weightDecay, 1e-4);
 * ```
 */
export function otherRecipes(data: string): StudyNetwork[] {
  const paper = paperExperiment(data);
  const epochs = Math.ceil(1.5 * paper.recipe.epochs);
  return [
    {
      name: "weight_decay",
      title: "weight decay 1e-4 instead of 1e-6",
      experiment: changed(paper, {}, { weightDecay: 1e-4 }),
    },
    {
      name: "lower_rate",
      title: "learning rate 0.0001 instead of 0.0005",
      experiment: changed(paper, {}, { learningRate: 1e-4 }),
    },
    {
      name: "more_epochs",
      title: `${epochs} epochs instead of ${paper.recipe.epochs}`,
      experiment: changed(paper, {}, { epochs }),
    },
  ];
}
