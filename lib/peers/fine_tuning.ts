import { type Defense, type Outcome, stopwatch } from "@lib/recovery/defense.ts";
import { FINE_TUNING, fineTune } from "@lib/recovery/fine_tuning.ts";

/** Fine-tuning on the defender's images alone. */
export const FINE_TUNED: Defense = {
  usesImages: true,
  settings: FINE_TUNING,
  async run({ network, clean }): Promise<Outcome> {
    const clock = stopwatch();
    const trained = await fineTune(network, clean);
    const note = `${FINE_TUNING.epochs} epochs`;
    const seconds = clock();
    return { note, repaired: [{ network: trained, note, seconds }], seconds };
  },
};
