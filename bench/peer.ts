import { ROOT } from "@lib/environment.ts";
import { TextLineStream } from "../tools/notebooks/text_lines.ts";
import { join } from "@lib/std/path.ts";
import { PEERS_PYTHON } from "./setup.ts";

/** A process of peers.py, which does one request after the other. */
export class Peer {
  readonly #process: Deno.ChildProcess;
  readonly #requests: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: ReadableStreamDefaultReader<string>;

  private constructor(library: string, folder: string) {
    this.#process = new Deno.Command(join(ROOT, PEERS_PYTHON), {
      args: [join(ROOT, "bench/peers.py"), library, folder],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#requests = this.#process.stdin.getWriter();
    this.#answers = this.#process.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
  }

  /** Starts a library's process and waits until it has loaded. */
  static async start(library: "keras" | "torch" | "plain", folder: string): Promise<Peer> {
    const peer = new Peer(library, folder);
    await peer.#answer(`the start of ${library}`);
    return peer;
  }

  /**
   * Has a request done.
   *
   * @param request The method's name as `do`, and its arguments.
   * @returns The number that the method gives.
   */
  async ask(request: { do: string } & Record<string, unknown>): Promise<number> {
    await this.#requests.write(new TextEncoder().encode(JSON.stringify(request) + "\n"));
    return (await this.#answer(request.do)).result;
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    await this.#requests.close();
    await this.#answers.cancel();
    await this.#process.status;
  }

  async #answer(what: string): Promise<{ result: number }> {
    const { value, done } = await this.#answers.read();
    if (done) throw new Error(`Expected an answer to ${what} but peers.py ended`);
    return JSON.parse(value);
  }
}
