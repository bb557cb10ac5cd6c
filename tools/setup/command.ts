/** A command with its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/** What a user's settings of pip would break: it is to install into the environment whose Python runs it. */
const PIP = { PIP_USER: "0", PIP_REQUIRE_VIRTUALENV: "0", PIP_DISABLE_PIP_VERSION_CHECK: "1" };

/**
 * Runs a command quietly.
 *
 * @param command What to run.
 * @param cwd Where.
 * @param environment Variables that it gets besides.
 * @returns What it printed to standard output.
 * @throws {Error} If it cannot be started or fails, with the last lines it printed.
 */
export async function run(
  command: Command,
  cwd: string,
  environment: Record<string, string> = {},
): Promise<string> {
  const [program, ...args] = command;
  const env = { ...PIP, ...environment };
  const options = { args, cwd, env, stdout: "piped", stderr: "piped" } as const;
  const output = await new Deno.Command(program, options).output();
  const [out, err] = [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (output.success) return out!;
  const tail = `${out}\n${err}`.trim().split("\n").slice(-12).join("\n    ");
  throw new Error(`"${command.join(" ")}" failed with code ${output.code}:\n    ${tail}`);
}

/**
 * Whether a command runs and succeeds.
 *
 * @param command What to try, such as `["nvidia-smi"]`.
 */
export async function works(command: Command): Promise<boolean> {
  return await run(command, ".").then(() => true, () => false);
}
