import * as pulumi from "@pulumi/pulumi";

/** Inputs of any resource: what a test reads of them it asserts at once. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Inputs = Record<string, any>;

export interface RecordedResource {
  type: string;
  name: string;
  /** Secrets are shown as what they hold. */
  inputs: Inputs;
}

// The SDK's marks of a value on the wire that is special, and of a secret.
const MARK = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

function open(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(open);
  if (typeof value !== "object" || value === null || value instanceof Promise) return value;
  if (pulumi.asset.Asset.isInstance(value) || pulumi.asset.Archive.isInstance(value)) return value;
  const item = value as Inputs;
  if (item[MARK] === SECRET) return open(item.value);
  return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, open(inner)]));
}

/**
 * Mocks that keep every resource's type, name and inputs. They do not show parents, dependencies or
 * URNs. Import what uses Pulumi after calling it.
 */
export async function recordResources(config: Record<string, string> = {}): Promise<{
  resources: RecordedResource[];
  settle(): Promise<void>;
}> {
  const resources: RecordedResource[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource(args) {
        resources.push({ type: args.type, name: args.name, inputs: open(args.inputs) as Inputs });
        return { id: `${args.name}-id`, state: { ...args.inputs, ...made(args) } };
      },
      call(args) {
        throw new Error(`unexpected call of ${args.token}`);
      },
    },
    "homelab",
    "dev",
    false,
  );
  pulumi.runtime.setAllConfig(config);
  return {
    resources,
    // Registrations are asynchronous and start others: wait until none came for a while.
    async settle() {
      for (let before = -1; before !== resources.length;) {
        before = resources.length;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}

/** What a provider would have computed. */
function made(args: pulumi.runtime.MockResourceArgs): Inputs {
  if (args.type.endsWith(":ContainerHostConfig")) {
    return { hostKey: `ssh-ed25519 KEY-${args.name}`, incarnation: `inc-${args.name}` };
  }
  if (args.type.endsWith(":GeneratedSecret")) return { value: `secret-${args.name}` };
  if (args.type === "command:remote:Command") return { stdout: `stdout of ${args.name}` };
  if (args.type === "docker:index/remoteImage:RemoteImage") return { imageId: "sha256:image" };
  return {};
}
