import type * as pulumi from "@pulumi/pulumi";
import type { callProvider } from "./entry";

/** What `homelab/provider` exports. */
interface Entry {
  callProvider: typeof callProvider;
}

/**
 * A dynamic provider whose code stays in this package.
 *
 * Pulumi writes a dynamic provider, with all that it captures, as text into the state of each of its
 * resources, twice. This one is a few lines that hand each verb to the implementation of its name, in
 * Pulumi's provider process: from the package `homelab` as the program's folder sees it, which is that
 * process's working directory. The state stays small, and a newer release works on it with its own code.
 *
 * @param name export of `implementations.ts`
 */
export function lazyProvider<Inputs, State>(
  name: string,
): pulumi.dynamic.ResourceProvider<Inputs, State> {
  // Self-contained: nothing but `name` is captured.
  const call = async (verb: string, args: unknown[]): Promise<unknown> => {
    const { createRequire } = process.getBuiltinModule("node:module");
    const folder = process.cwd();
    let file: string;
    try {
      file = createRequire(`${folder}/package.json`).resolve("homelab/provider");
    } catch (cause) {
      throw new Error(
        `dynamic provider ${name}: the package homelab is not found from ${folder}; run npm ci there`,
        { cause },
      );
    }
    const typescript = createRequire(file)("tsx/cjs/api") as {
      require: (id: string, from: string) => Entry;
    };
    const entry = typescript.require(file, file);
    return await entry.callProvider(name, verb as never, args as never);
  };
  const provider = {
    check: (...args: unknown[]) => call("check", args),
    diff: (...args: unknown[]) => call("diff", args),
    create: (...args: unknown[]) => call("create", args),
    read: (...args: unknown[]) => call("read", args),
    update: (...args: unknown[]) => call("update", args),
    delete: (...args: unknown[]) => call("delete", args),
  };
  return provider as unknown as pulumi.dynamic.ResourceProvider<Inputs, State>;
}
