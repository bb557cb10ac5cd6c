import type { Architecture } from "@lib/network/architecture.ts";
import { PAPER_CNN } from "@lib/network/paper_cnn.ts";
import { PLAIN_CNN } from "@lib/network/plain_cnn.ts";
import { RESIDUAL_CNN } from "@lib/network/residual_cnn.ts";

/** The architectures that an experiment can name. To add one: a file, and a line here. */
export const ARCHITECTURES: Record<string, Architecture> = {
  paper: PAPER_CNN,
  plain: PLAIN_CNN,
  residual: RESIDUAL_CNN,
};
