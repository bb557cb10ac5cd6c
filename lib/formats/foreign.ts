/** Formats that hold no layers: what to do with each. */
const TO_ONNX =
  "in Python, network = …the class…; network.load_state_dict(torch.load(FILE)), then " +
  'torch.onnx.export(network.eval(), torch.zeros(1, 3, 32, 32), "network.onnx")';
const TO_KERAS =
  'in Python, save the Keras network that it was made from with network.save("network.keras")';

/** By what the names in a folder or archive show. */
const CONTENTS: [sign: RegExp, found: string, advice: string][] = [
  [/(^|\/)data\.pkl$/, "one of PyTorch, of which only Python knows the layers", TO_ONNX],
  [/^saved_model\.pb$/, "a SavedModel of TensorFlow, which has no layers", TO_KERAS],
];

/** By the first bytes. */
const STARTS: [sign: RegExp, found: string, advice: string][] = [
  [/^\x80[^ -~]/, "a pickle, of which only Python knows the content", TO_ONNX],
  [/^[^]{4}TFL3/, "one of TensorFlow Lite, which has no layers", TO_KERAS],
];

/**
 * Refuses a folder or archive that is of another format, and says how to bring it.
 *
 * @param names What is in it.
 * @param where Its name.
 * @throws {Error} If it is known.
 */
export const refuseContents = (names: Iterable<string>, where: string): void =>
  [...names].forEach((name) => refuse(CONTENTS, name, where));

/** The same of a file by its first bytes. */
export const refuseStart = (bytes: Uint8Array, where: string): void =>
  refuse(STARTS, String.fromCharCode(...bytes.subarray(0, 8)), where);

/** Of tfjs, a graph model. */
export function refuseGraphModel(where: string): never {
  throw foreign("a graph model of tfjs, which has no layers", TO_KERAS, where);
}

function refuse(signs: typeof STARTS, content: string, where: string): void {
  const [, found, advice] = signs.find(([sign]) => sign.test(content)) ?? [];
  if (found !== undefined) throw foreign(found, advice!, where);
}

const foreign = (found: string, advice: string, where: string): Error =>
  new Error(`Expected a network of layers but found ${found}, in ${where}; ${advice}`);
