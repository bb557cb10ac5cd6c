/**
 * The messages of `onnx.proto` that a network is read from. What else a file has stays as it is: unknown
 * fields are kept when it is written again.
 *
 * @module
 */
import {
  clone,
  create,
  createFileRegistry,
  type DescMessage,
  fromBinary,
  type Message,
  toBinary,
} from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";

/** A named tensor with its values: an initializer or a constant. */
export interface TensorProto extends Message {
  dims: bigint[];
  dataType: number;
  floatData: number[];
  int64Data: bigint[];
  doubleData: number[];
  name: string;
  rawData: Uint8Array<ArrayBuffer>;
  externalData: { key: string; value: string }[];
  dataLocation: number;
}

/** A setting of an operator. */
export interface AttributeProto {
  name: string;
  f: number;
  i: bigint;
  s: Uint8Array;
  t?: TensorProto;
  floats: number[];
  ints: bigint[];
}

/** A call of an operator. */
export interface NodeProto {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  attribute: AttributeProto[];
  domain: string;
}

/** A network's file. */
export interface ModelProto extends Message {
  /** {@link parseOnnx} sees to it that there is one. */
  graph: {
    node: NodeProto[];
    name: string;
    initializer: TensorProto[];
    input: {
      name: string;
      type?: { tensorType?: { shape?: { dim: { dimValue: bigint }[] } } };
    }[];
    output: { name: string }[];
  };
}

/** Messages and their fields: name, number and type, with a star if it is a list. */
const MESSAGES: Record<string, string> = {
  ModelProto: "graph 7 GraphProto",
  GraphProto: "node 1 NodeProto*, name 2 string, initializer 5 TensorProto*, " +
    "input 11 ValueInfoProto*, output 12 ValueInfoProto*",
  NodeProto: "input 1 string*, output 2 string*, name 3 string, op_type 4 string, " +
    "attribute 5 AttributeProto*, domain 7 string",
  AttributeProto: "name 1 string, f 2 float, i 3 int64, s 4 bytes, t 5 TensorProto, " +
    "floats 7 float*, ints 8 int64*",
  TensorProto: "dims 1 int64*, data_type 2 int32, float_data 4 float*, int64_data 7 int64*, " +
    "name 8 string, raw_data 9 bytes, double_data 10 double*, external_data 13 EntryProto*, " +
    "data_location 14 int32",
  EntryProto: "key 1 string, value 2 string",
  ValueInfoProto: "name 1 string, type 2 TypeProto",
  TypeProto: "tensor_type 1 TensorTypeProto",
  TensorTypeProto: "shape 2 ShapeProto",
  ShapeProto: "dim 1 DimensionProto*",
  DimensionProto: "dim_value 1 int64",
};

const SCALARS: Record<string, Type> = {
  ...{ string: Type.STRING, int64: Type.INT64, int32: Type.INT32, float: Type.FLOAT },
  ...{ double: Type.DOUBLE, bytes: Type.BYTES },
};

const [MODEL, TENSOR] = ["ModelProto", "TensorProto"].map((name) =>
  describe().getMessage(name)
) as [DescMessage, DescMessage];

function describe(): ReturnType<typeof createFileRegistry> {
  const messageType = Object.entries(MESSAGES).map(([name, fields]) => ({
    name,
    field: fields.split(", ").map((field) => {
      const [name, number, kind] = field.split(" ") as [string, string, string];
      const type = kind.replace("*", "");
      return {
        name,
        number: Number(number),
        type: SCALARS[type] ?? Type.MESSAGE,
        label: kind.endsWith("*") ? Label.REPEATED : Label.OPTIONAL,
        ...!Object.hasOwn(SCALARS, type) && { typeName: `.${type}` },
      };
    }),
  }));
  const file = create(FileDescriptorProtoSchema, { name: "onnx.proto", messageType });
  return createFileRegistry(file, () => undefined);
}

/**
 * Reads a network's file.
 *
 * @param bytes The whole file.
 * @param where Its name, for errors.
 * @throws {Error} If it is no ONNX.
 */
export function parseOnnx(bytes: Uint8Array, where: string): ModelProto {
  let model: ModelProto;
  try {
    model = fromBinary(MODEL, bytes) as ModelProto;
  } catch (error) {
    throw new Error(
      `Expected a whole ONNX file but found in ${where}: ${(error as Error).message}`,
    );
  }
  if (model.graph?.node.length > 0) return model;
  throw new Error(`Expected an ONNX file with a network but found none in ${where}`);
}

/** A network's file as bytes. */
export const onnxBytes = (model: ModelProto): Uint8Array => toBinary(MODEL, model);

/** A tensor of its own. */
export function copyTensor(tensor: TensorProto, name: string): TensorProto {
  return Object.assign(clone(TENSOR, tensor) as TensorProto, { name });
}
