import type * as pulumi from "@pulumi/pulumi";

/** Verbs of a dynamic provider, as `implementations.ts` has them by name. */
type Provider = pulumi.dynamic.ResourceProvider<Verb, Verb>;
// Inputs and states are each implementation's own; the stub only hands them on.
type Verb = Record<string, unknown>;

/**
 * A dynamic provider whose code stays in this package.
 *
 * Pulumi writes a dynamic provider, with all that it captures, as text into the state of each of its
 * resources. This one is a few lines that load the implementation by its name when a verb is called, in
 * Pulumi's provider process: from the package `homelab` as the program's folder sees it, which is that
 * process's working directory. The state stays small, and a newer release works on it with its own code.
 *
 * @param name export of `homelab/provider`
 */
export function lazyProvider<Inputs, State>(
  name: string,
): pulumi.dynamic.ResourceProvider<Inputs, State> {
  // Self-contained: nothing but `name` is captured.
  const load = (): Provider => {
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
      require: (id: string, from: string) => Record<string, Provider | undefined>;
    };
    const found = typescript.require(file, file)[name];
    if (!found) {
      throw new Error(
        `dynamic provider ${name}: ${file} does not have it; use the version that made the stack, or a newer one`,
      );
    }
    return found;
  };
  const provider: Provider = {
    check: async (olds, news) =>
      (await load().check?.(olds, news)) ?? { inputs: news, failures: [] },
    diff: async (id, olds, news) => (await load().diff?.(id, olds, news)) ?? {},
    create: async (inputs) => load().create(inputs),
    read: async (id, props) => (await load().read?.(id, props)) ?? { id, props },
    update: async (id, olds, news) => (await load().update?.(id, olds, news)) ?? { outs: olds },
    delete: async (id, props) => load().delete?.(id, props),
  };
  return provider as unknown as pulumi.dynamic.ResourceProvider<Inputs, State>;
}
