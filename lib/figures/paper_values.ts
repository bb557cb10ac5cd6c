/** A repaired model as the paper states it; shares from 0 to 1, left out where it states nothing. */
export interface PaperModel {
  /** Of validation accuracy, 0.02 being two percentage points. */
  drop: number;
  /** Share of the channels pruned by then. */
  channelsPruned?: number;
  cleanAccuracy?: number;
  attackSuccess?: number;
  /** Attack success in the paper's own words. */
  attack?: string;
}

/** What the paper states of its pruning curve; `PAPER` of the study room is one. */
export interface PaperCurve {
  /** The network before pruning. */
  badNet: { cleanAccuracy: number };
  repaired: readonly PaperModel[];
  /** Shares of the channels until which the attack is whole, and from which it is gone. */
  curve: { attackStaysUntil: number; attackGoneFrom: number };
}
