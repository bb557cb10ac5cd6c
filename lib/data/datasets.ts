import { CIFAR10 } from "@lib/data/cifar10.ts";
import { CIFAR10_IMAGES } from "@lib/data/cifar10_images.ts";
import type { DataSource } from "@lib/data/data_source.ts";
import { GTSRB } from "@lib/data/gtsrb.ts";
import { QUICK, SYNTHETIC } from "@lib/data/synthetic.ts";

/** The data sets that an experiment can name. To add one: a file, and a line here. */
export const DATASETS: Record<string, DataSource> = {
  gtsrb: GTSRB,
  cifar10: CIFAR10,
  cifar10_images: CIFAR10_IMAGES,
  synthetic: SYNTHETIC,
  quick: QUICK,
};
