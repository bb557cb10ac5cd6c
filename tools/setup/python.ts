import { join } from "node:path";
import { type Command, run, works } from "./command.ts";
import { doStep } from "./step.ts";

const MINIMUM = [3, 10] as const;

/** The environment's Python, below the repository's folder. */
export const VENV_PYTHON = ".venv/bin/python";

/**
 * Whether a Python is new enough.
 *
 * @param version What `python --version` prints: "Python 3.12.4".
 */
export function isNewEnough(version: string): boolean {
  const [major, minor] = (/Python (\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
  if (major === undefined || minor === undefined) return false;
  return major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]);
}

/**
 * Makes a virtual environment with pip in it. Debian's Python has no ensurepip, which leaves half an environment
 * behind: then `uv`, or the system's own pip, helps out.
 *
 * @param root The repository's folder.
 * @param name The environment's folder in it.
 * @throws {Error} If there is no Python of 3.10 or newer, or no way gives an environment with pip.
 */
export async function makeEnvironment(root: string, name = ".venv"): Promise<void> {
  const python = await findPython(root);
  const folder = join(root, name);
  const inside = join(folder, "bin/python");
  const ways: Command[][] = [
    [["uv", "venv", "--seed", "--python", python, folder]],
    [[python, "-m", "venv", folder]],
    [
      [python, "-m", "venv", "--without-pip", folder],
      [python, "-m", "pip", "--python", inside, "install", "pip"],
    ],
  ];
  for (const commands of ways) {
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    let good = true;
    for (const command of commands) good = good && await works(command);
    if (good && await works([inside, "-m", "pip", "--version"])) return;
  }
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  throw new Error(
    `Expected "${python} -m venv" to make an environment with pip but found none: install your ` +
      "system's package for it (Debian and Ubuntu: apt install python3-venv)",
  );
}

/**
 * Sets up an environment beside the project's own; does nothing when that is done.
 *
 * @param root The repository's folder.
 * @param name The environment's folder in it.
 * @param requirements File of what is installed into it, below the repository's folder.
 * @throws {Error} If there is no way to do it.
 */
export async function setupEnvironment(
  root: string,
  name: string,
  requirements: string,
): Promise<void> {
  const python = `${name}/bin/python`;
  const file = join(root, requirements);
  await doStep({
    name: `${name} environment`,
    from: `${root} ${await Deno.readTextFile(file)}`,
    makes: [python],
    async make(): Promise<void> {
      await makeEnvironment(root, name);
      await run([join(root, python), "-m", "pip", "install", "--quiet", "-r", file], root);
    },
  }, root);
}

async function findPython(root: string): Promise<string> {
  const found: string[] = [];
  for (const name of ["python3", "python"]) {
    const version = await run([name, "--version"], root).catch(() => "");
    if (isNewEnough(version)) return name;
    if (version) found.push(version.trim());
  }
  throw new Error(
    `Expected Python ${MINIMUM.join(".")} or newer as python3 but found ` +
      `${found.join(", ") || "none"}: install it from your system's packages`,
  );
}
