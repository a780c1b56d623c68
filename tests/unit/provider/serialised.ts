import * as pulumi from "@pulumi/pulumi";
import { createRequire } from "node:module";

/** What the SDK itself reads providers back with; it has no types. */
const requireFromString = createRequire(__filename)("require-from-string") as (
  text: string,
) => unknown;

/** A provider as another process gets it: written as text by the SDK, and read back from that. */
export async function serialised<T>(provider: T): Promise<T> {
  const { text } = await pulumi.runtime.serializeFunction(() => provider);
  return (requireFromString(text) as { handler(): T }).handler();
}
