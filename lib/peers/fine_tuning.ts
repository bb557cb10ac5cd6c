import { type Defense, repairing } from "@lib/recovery/defense.ts";
import { FINE_TUNING, fineTune } from "@lib/recovery/fine_tuning.ts";

/** Fine-tuning on the defender's images alone. */
export const FINE_TUNED: Defense = repairing(FINE_TUNING, async ({ network, clean }) => ({
  network: await fineTune(network, clean),
  note: `${FINE_TUNING.epochs} epochs`,
}));
