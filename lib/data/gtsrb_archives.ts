import { type Download, download } from "@lib/data/download.ts";
import { firstExisting } from "@lib/files.ts";
import { join } from "@lib/std/path.ts";

/** The three official archives of GTSRB (Stallkamp et al., 2012), as paths on disk. */
export interface GtsrbArchives {
  /** GTSRB_Final_Training_Images.zip: a folder and a CSV file a class. */
  trainingImages: string;
  /** GTSRB_Final_Test_Images.zip */
  testImages: string;
  /** GTSRB_Final_Test_GT.zip: the labels of the test images. */
  testLabels: string;
}

const SOURCE = "https://sid.erda.dk/public/archives/daaeac0d7ce1152aea9b61d9f1e19370";

/** The official archives of GTSRB with their published checksums. */
export const GTSRB_MD5: Record<keyof GtsrbArchives, { name: string; md5: string }> = {
  trainingImages: {
    name: "GTSRB_Final_Training_Images.zip",
    md5: "f33fd80ac59bff73c82d25ab499e03a3",
  },
  testImages: { name: "GTSRB_Final_Test_Images.zip", md5: "c7e4e6327067d32654124b0fe9e82185" },
  testLabels: { name: "GTSRB_Final_Test_GT.zip", md5: "fe31e9c9270bbcd7b84b7f21a9d9d9e5" },
};

/** Where archives are looked for and where they are downloaded from. */
export interface ArchiveSources {
  /** Looked through in order; downloads go to the first. */
  folders: readonly string[];
  /** Address of the folder with the three archives. */
  source?: string;
  /** Told what is downloaded, the bytes there and the bytes expected. */
  onProgress?: (name: string, bytes: number, expected: number) => void;
}

/**
 * Finds the three archives of GTSRB, and downloads those that are in none of the folders. An archive
 * that is there is taken as it is: resized copies have other checksums.
 *
 * @param sources Folders and address.
 * @returns Their paths.
 * @throws {Error} If a download fails or has another checksum.
 */
export async function gtsrbArchives(sources: ArchiveSources): Promise<GtsrbArchives> {
  const { folders, source = SOURCE, onProgress } = sources;
  const place = async ({ name, md5 }: { name: string; md5: string }): Promise<string> => {
    const found = await firstExisting(folders.map((folder) => join(folder, name)));
    if (found !== undefined) return found;
    const what: Download = { url: `${source}/${name}`, md5, file: join(folders[0]!, name) };
    await download(what, (bytes, expected) => onProgress?.(name, bytes, expected));
    return what.file;
  };
  return {
    trainingImages: await place(GTSRB_MD5.trainingImages),
    testImages: await place(GTSRB_MD5.testImages),
    testLabels: await place(GTSRB_MD5.testLabels),
  };
}
