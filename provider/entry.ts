import type * as pulumi from "@pulumi/pulumi";
import * as implementations from "./implementations";

export * from "./implementations";

// Inputs and states are each implementation's own; here they are only handed on.
type Props = Record<string, unknown>;
type Provider = pulumi.dynamic.ResourceProvider<Props, Props>;
type Verbs = Required<Omit<Provider, "configure">>;

/**
 * Calls a verb of a dynamic provider, for `lazyProvider`; a verb that the provider lacks changes nothing.
 *
 * @param name export of `implementations`
 * @throws Error when there is none of that name
 */
export function callProvider<V extends keyof Verbs>(
  name: string,
  verb: V,
  args: Parameters<Verbs[V]>,
): unknown {
  const all = implementations as unknown as Record<string, Provider | undefined>;
  const provider = all[name];
  if (!provider) {
    throw new Error(
      `dynamic provider ${name}: ${__filename} does not have it; use the version that made the stack, or a newer one`,
    );
  }
  const call = provider[verb] as ((...given: unknown[]) => unknown) | undefined;
  return call ? call.apply(provider, args) : nothing(verb, args);
}

/** What a verb answers that has nothing to do. */
function nothing(verb: keyof Verbs, [first, second]: unknown[]): unknown {
  if (verb === "check") return { inputs: second, failures: [] };
  if (verb === "read") return { id: first, props: second };
  if (verb === "update") return { outs: second };
  return verb === "diff" ? {} : undefined;
}
