import type { LabelledImages, Size } from "@lib/data/images.ts";
import type { SplitChoice } from "@lib/data/split_folders.ts";
import { drawn } from "@lib/data/select.ts";
import type { Random } from "@lib/random.ts";

/** A data set that experiments can choose: one file, and one line in the list `DATASETS`. */
export interface DataSource {
  /** How to call it in titles. */
  title: string;
  /** Whether its images are made up: numbers from them are labelled so. */
  isSynthetic: boolean;
  /** Of its images, unless an experiment asks for another. */
  size: Size;
  /** MD5 of its official files, by name, where they are known. */
  officialMd5?: Record<string, string>;
  /** What the paper's network is trained with on it. */
  training: { epochs: number; batchSize: number };
  /** The attacker's class in the paper's experiment, where the paper's own, 10, is none of its classes. */
  target?: number;
  /** At most so many steps in a round of a defense's search, where images are easy; else as many as it wants. */
  mostSteps?: number;
  /** Finds, downloads or makes the images, at a size. */
  load(size: Size, onDownload?: OnDownload): Promise<SourceImages>;
  /** Recognises the data set in a folder that somebody names. */
  findIn?(folder: string): Promise<FoundImages | undefined>;
}

/** Told a file's name, how many of its bytes are there and how many are expected. */
export type OnDownload = (name: string, bytes: number, expected: number) => void;

/** What a data set holds. */
export interface SourceImages {
  /** The clean training images: read or rendered when first asked for, then kept. */
  train(): Promise<LabelledImages>;
  /** All test images. */
  test: LabelledImages;
  /** How these copies differ from the official ones, in a few words; said beside all results. */
  form?: string;
  /** MD5 of the files they come from, by name; none where they are rendered. */
  checksums: Record<string, string>;
}

/** Images that were found, before they are read. */
export interface FoundImages {
  classes: number;
  read(settings: ReadSettings): Promise<LabelledImages>;
}

/** How image files are read. */
export interface FileReading {
  /** What they are resized to; their own, in colour, if not given. */
  size?: Size;
  /** Told the share that is done, 0–1. */
  onProgress?: (share: number) => void | Promise<void>;
  /** Told in a sentence what is passed over, or taken of several things. */
  onNote?: (note: string) => void;
}

/** Which images are read, and how. */
export interface ReadSettings extends FileReading, SplitChoice {
  /** What they are resized to. */
  size: Size;
  /** At most so many: of more, a random draw. All, if not given. */
  most?: number;
  random: Random;
}

/**
 * Calls a function at the first request only.
 *
 * @param make What is asked for.
 * @returns The same, which remembers its result.
 */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}

/**
 * A draw from images that can only be read all at once.
 *
 * @param classes How many there are.
 * @param readAll Reads them at a size.
 * @returns The images, not yet read.
 */
export const readAtOnce = (
  classes: number,
  readAll: (size: Size) => Promise<LabelledImages>,
): FoundImages => ({
  classes,
  read: async ({ size, most, random }) => drawn(await readAll(size), most, random),
});
