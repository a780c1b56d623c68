import type { StackExport } from "../../cli/stack/interrupted";
import { MARK, type RecordedResource, SECRET } from "./recordingMocks";

const ASSET = "c44067f5952c0a294b673a41bacd8c17";

/** A secret as Pulumi's state has it, closed or, after an export with `--show-secrets`, in clear. */
export function secret(value: unknown, open: boolean): object {
  const what = open ? { plaintext: JSON.stringify(value) } : { ciphertext: "v1:bm9uY2U=:dGV4dA==" };
  return { [MARK]: SECRET, ...what };
}

/** What is recorded of the program as an export of its state. Connections and standard input are secrets. */
export function stateOf(recording: readonly RecordedResource[], open = true): StackExport {
  // What is only read, such as another stack's outputs, has no URN here.
  const registered = recording.filter(({ urn }) => urn !== "");
  const resources = registered.map(({ urn, type, parent, dependencies, provider, inputs }) => {
    const own = structuredClone(inputs);
    for (const key of ["connection", "stdin"]) if (own[key]) own[key] = secret(own[key], open);
    if (own.source) own.source = { [MARK]: ASSET, text: own.source.assetText };
    return {
      ...{ urn, type, parent, dependencies, custom: true },
      provider: provider && `${provider}::some-id`,
      ...{ inputs: own, outputs: own },
    };
  });
  return { version: 3, deployment: { resources } };
}
