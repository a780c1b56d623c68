import type { Policies, PolicyResource } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { KEY_FILE_VARIABLE } from "../../lib/stack/machineFiles";
import {
  policyResource,
  resourceViolations,
  stackViolations,
  UNKNOWN_STRING,
  type Violation,
} from "./policyArgs";
import { recordResources, type RecordedResource } from "./recordingMocks";
import { completeConfig } from "./stackConfig";

const PROGRAM = resolve(__dirname, "../../index");
/** What the mocks make up stands for values that a first preview cannot know. */
const MADE_UP = /\b(KEY|inc|secret)-|^stdout of |^sha256:1{64}$/;

/** The asset's text, in a form that can be copied and edited. */
interface AssetText {
  assetText: string;
}

/**
 * Runs the whole program under mocks with this configuration, and answers what it declares.
 *
 * @param serving targets that an earlier update brought up
 */
export async function recordProgram(
  changes: Record<string, string> = {},
  serving: string[] = [],
): Promise<RecordedResource[]> {
  const folder = mkdtempSync(join(tmpdir(), "recorded-"));
  const { stackTraceLimit } = Error;
  // Pulumi takes a stack trace for every promise; mapping them to sources takes most of the time.
  Error.stackTraceLimit = 0;
  try {
    const key = join(folder, "id_ed25519");
    writeFileSync(key, "PRIVATE KEY");
    writeFileSync(`${key}.pub`, "ssh-ed25519 PUBLIC lab\n");
    const context = join(folder, "image");
    mkdirSync(context);
    writeFileSync(join(context, "Dockerfile"), "FROM scratch\n");
    process.env.PROXMOX_VE_API_TOKEN ??= "lab@pve!test=secret";
    process.env[KEY_FILE_VARIABLE] = key;
    const files = { appImageContext: relative(process.cwd(), context) };
    const config = Object.entries(completeConfig({ ...files, ...changes }));
    const recorded = await recordResources(
      Object.fromEntries(config.map(([k, v]) => [`homelab:${k}`, v])),
      serving,
    );
    const load = createRequire(__filename);
    // Pulumi loads the program once; here it is loaded anew each time.
    const forget = () => delete load.cache[load.resolve(PROGRAM)];
    forget();
    const program = load(PROGRAM) as () => Promise<unknown>;
    forget();
    await program();
    await recorded.settle();
    return await Promise.all(recorded.resources.map(withoutPromises));
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    rmSync(folder, { recursive: true });
  }
}

/** Serialised code of dynamic providers says nothing about the stack, and is long. */
async function withoutPromises(resource: RecordedResource): Promise<RecordedResource> {
  const inputs: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(resource.inputs)) {
    if (key === "__provider") continue;
    if (pulumi.asset.Asset.isInstance(value)) {
      inputs[key] = { assetText: await (value as unknown as { text: Promise<string> }).text };
    } else inputs[key] = value;
  }
  return { ...resource, inputs };
}

/** The recording as the policy server hands it over. */
export function policyStack(
  recording: RecordedResource[],
  { preview = true }: { preview?: boolean } = {},
): PolicyResource[] {
  const made = new Map<string, PolicyResource>();
  for (const { type, name, inputs, urn, parent, dependencies, provider } of recording) {
    const engine = made.get(provider ?? "");
    const resource = policyResource({
      type,
      name,
      props: wire(inputs, preview) as Record<string, unknown>,
      parent: made.get(parent ?? ""),
      dependencies: dependencies.flatMap((need) => made.get(need) ?? []),
    });
    made.set(urn, { ...resource, urn, provider: engine });
  }
  return [...made.values()];
}

function wire(value: unknown, preview: boolean): unknown {
  if (typeof value === "string") return preview && MADE_UP.test(value) ? UNKNOWN_STRING : value;
  if (Array.isArray(value)) return value.map((item) => wire(item, preview));
  if (typeof value !== "object" || value === null) return value;
  const { assetText } = value as Partial<AssetText>;
  if (assetText !== undefined) return new pulumi.asset.StringAsset(assetText);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, wire(item, preview)]));
}

/** What a pack reports about a stack, by the name of the policy. */
export async function violationsOf(
  policies: Policies,
  resources: PolicyResource[],
  config: Record<string, object> = {},
): Promise<Record<string, Violation[]>> {
  const found: Record<string, Violation[]> = {};
  for (const policy of policies) {
    const own = config[policy.name];
    const violations =
      "validateStack" in policy
        ? await stackViolations(policy, resources, own)
        : await resourceViolations(policy, resources, own);
    if (violations.length) found[policy.name] = violations;
  }
  return found;
}
