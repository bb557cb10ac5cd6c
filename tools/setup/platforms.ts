/** What differs between the platforms that the native TensorFlow binding is built on. */
export interface Platform {
  /** Package of tensorflow.txt whose wheel holds TensorFlow's C library. */
  wheel: string;
  /** The wheel's platform tag. */
  tag: string;
  /** The library's files in the wheel's `tensorflow` folder. */
  libraries: readonly [main: string, framework: string];
  /** What the linker needs besides. */
  linkerFlags: readonly string[];
}

/** Linux x86-64 is what the project's tests run on; macOS has the same library under other names. */
const PLATFORMS: Record<string, Platform> = {
  "linux x86_64": {
    wheel: "tensorflow-cpu",
    tag: "manylinux_2_27_x86_64",
    libraries: ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"],
    linkerFlags: [],
  },
  "linux aarch64": {
    wheel: "tensorflow",
    tag: "manylinux_2_27_aarch64",
    libraries: ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"],
    linkerFlags: [],
  },
  "darwin aarch64": {
    wheel: "tensorflow",
    tag: "macosx_12_0_arm64",
    libraries: ["libtensorflow_cc.2.dylib", "libtensorflow_framework.2.dylib"],
    linkerFlags: ["-undefined", "dynamic_lookup"],
  },
};

/**
 * The platform's row of the table.
 *
 * @param os As `Deno.build.os` says.
 * @param arch As `Deno.build.arch` says.
 * @throws {Error} If there is none, with what works instead.
 */
export function platformFor(os: string, arch: string): Platform {
  const platform = PLATFORMS[`${os} ${arch}`];
  if (platform !== undefined) return platform;
  const advice = os === "windows"
    ? "on Windows, open a WSL terminal (Ubuntu) and run the same command there"
    : "run it there, or in a Linux x86-64 container";
  throw new Error(
    `Expected one of ${Object.keys(PLATFORMS).join(", ")} but found ${os} ${arch}: ${advice}`,
  );
}
