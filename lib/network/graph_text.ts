/**
 * The words of which a graph's text is made, in protocol buffers' text form.
 *
 * @module
 */

/** A value in a graph: the name of the node that makes it, with `:1`, `:2` … for its further outputs. */
export type Ref = string;

/** A node's attributes: a name with one of `type`, `ints`, `int`, `float`, `bool` and `text`. */
export type Attributes = Record<string, string>;

/** Types of values in TensorFlow's own words. */
export type ValueType = "FLOAT" | "INT32" | "UINT8" | "UINT16" | "UINT64" | "BOOL";

/** An attribute that names a type of values. */
export const type = (name: ValueType): string => `{ type: DT_${name} }`;
/** A whole number. */
export const int = (value: number): string => `{ i: ${value} }`;
/** A list of whole numbers. */
export const ints = (values: number[]): string =>
  `{ list { ${values.map((value) => `i: ${value}`).join(" ")} } }`;
/** A real number. */
export const float = (value: number): string => `{ f: ${value} }`;
/** A truth value. */
export const bool = (value: boolean): string => `{ b: ${value} }`;
/** A word. */
export const text = (value: string): string => `{ s: "${value}" }`;
/** A node's output by its number. */
export const output = (node: Ref, index: number): Ref => `${node}:${index}`;
