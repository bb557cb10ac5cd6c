import { DATASET_VARIABLE, ROOT } from "@lib/environment.ts";
import { join } from "@lib/std/path.ts";
import { VENV_PYTHON } from "../tools/setup/python.ts";
import { inTurn, type Row, spread } from "./ratio.ts";

/** From a notebook's first import to its first figure, on GTSRB. */
export async function firstFigureRow(): Promise<Row> {
  const name = "01_attack.ipynb";
  const way = async (): Promise<number> => {
    const { stdout, code } = await new Deno.Command(join(ROOT, VENV_PYTHON), {
      args: [join(ROOT, "bench/first_figure.py"), join(ROOT, "notebooks", name)],
      cwd: join(ROOT, "notebooks"),
      env: { [DATASET_VARIABLE]: "gtsrb" },
      stderr: "null",
    }).output();
    if (code !== 0) throw new Error(`Expected ${name} to run but it ended with ${code}`);
    return JSON.parse(new TextDecoder().decode(stdout)).result;
  };
  const [values] = await inTurn([way]);
  return {
    name: `first import to first figure in ${name}`,
    ours: spread(values!).median,
    peer: null,
    unit: "s",
    ratio: null,
    bar: null,
  };
}
