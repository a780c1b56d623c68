import * as pulumi from "@pulumi/pulumi";
import { createRequire } from "node:module";
import { STATE_VERSION } from "../../lib/stack/stateVersion";

/** Inputs of any resource: what a test reads of them it asserts at once. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Inputs = Record<string, any>;

export interface RecordedResource {
  type: string;
  name: string;
  /** Secrets are shown as what they hold. */
  inputs: Inputs;
  urn: string;
  /** URN of the component around it. */
  parent?: string;
  /** URNs of what it depends on. */
  dependencies: string[];
  /** URNs of what each input was made from, by the input's name. */
  madeFrom: Record<string, string[]>;
  /** URN of the provider that was given to it. */
  provider?: string;
}

// The SDK's marks of a value on the wire that is special, and of a secret.
export const MARK = "4dabf18193072939515e22adb298388d";
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";

function open(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(open);
  if (typeof value !== "object" || value === null || value instanceof Promise) return value;
  if (pulumi.asset.Asset.isInstance(value) || pulumi.asset.Archive.isInstance(value)) return value;
  const item = value as Inputs;
  if (item[MARK] === SECRET) return open(item.value);
  return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, open(inner)]));
}

/**
 * Mocks that keep every custom resource as it is registered. Import what uses Pulumi after calling it.
 *
 * @param serving targets that an earlier update brought up
 */
export async function recordResources(
  config: Record<string, string> = {},
  serving: string[] = [],
): Promise<{
  resources: RecordedResource[];
  settle(): Promise<void>;
}> {
  const resources: RecordedResource[] = [];
  leaveCodeOut();
  await pulumi.runtime.setMocks(
    {
      newResource(args) {
        const inputs = open(args.inputs) as Inputs;
        resources.push({
          type: args.type,
          name: args.name,
          inputs,
          urn: "",
          dependencies: [],
          madeFrom: {},
        });
        const targets = serving.map((name) => ({ name }));
        const outputs = { targets, stateVersion: STATE_VERSION };
        const known = args.type === "pulumi:pulumi:StackReference" ? { outputs } : {};
        return { id: `${args.name}-id`, state: { ...args.inputs, ...known, ...made(args) } };
      },
      call(args) {
        throw new Error(`unexpected call of ${args.token}`);
      },
    },
    "homelab",
    "dev",
    false,
    "organization",
  );
  pulumi.runtime.setAllConfig(config);
  watchRegistrations(resources);
  return {
    resources,
    // Registrations are asynchronous and start others: wait until none came for a while, on a machine that
    // had the time for them.
    async settle() {
      for (let quiet = 0, before = -1; quiet < 3;) {
        const from = Date.now();
        await new Promise((resolve) => setTimeout(resolve, 25));
        const isBusy = Date.now() - from > 75 || before !== resources.length;
        quiet = isBusy ? 0 : quiet + 1;
        before = resources.length;
      }
    },
  };
}

/**
 * Serialising the code of the dynamic providers takes four fifths of the time, and says nothing about the
 * stack; `tests/unit/provider/serialised.ts` tests it.
 */
function leaveCodeOut(): void {
  const closures = createRequire(__filename)("@pulumi/pulumi/runtime/closure/serializeClosure") as {
    serializeFunction: () => Promise<{
      text: string;
      exportName: string;
      containsSecrets: boolean;
    }>;
  };
  const none = { text: "", exportName: "handler", containsSecrets: false };
  closures.serializeFunction = () => Promise.resolve(none);
}

interface Request {
  getParent(): string;
  getDependenciesList(): string[];
  getPropertydependenciesMap(): {
    forEach(each: (value: { getUrnsList(): string[] }, key: string) => void): void;
  };
  getProvider(): string;
  getType(): string;
  getName(): string;
}
type Answer = (error: unknown, response: { getUrn(): string }) => void;

/** The mocks are not told of URNs, parents and dependencies: those are taken from the requests. */
function watchRegistrations(resources: RecordedResource[]): void {
  const { getMonitor } = createRequire(__filename)("@pulumi/pulumi/runtime/settings") as {
    getMonitor: () => { registerResource: (request: Request, answer: Answer) => Promise<void> };
  };
  const monitor = getMonitor();
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, answer) =>
    register(request, (error, response) => {
      const own = resources.find((resource) => {
        return (
          !resource.urn &&
          resource.type === request.getType() &&
          resource.name === request.getName()
        );
      });
      if (own && !error) {
        own.urn = response.getUrn();
        own.parent = request.getParent() || undefined;
        own.dependencies = request.getDependenciesList();
        request
          .getPropertydependenciesMap()
          .forEach((value, key) => (own.madeFrom[key] = value.getUrnsList()));
        own.provider = request.getProvider().split("::").slice(0, -1).join("::") || undefined;
      }
      answer(error, response);
    });
}

/** What a provider would have computed. */
function made(args: pulumi.runtime.MockResourceArgs): Inputs {
  if (args.type.endsWith(":ContainerHostConfig")) {
    return { hostKey: `ssh-ed25519 KEY-${args.name}`, incarnation: `inc-${args.name}` };
  }
  if (args.type.endsWith(":TargetDrain")) return { drains: 0 };
  if (args.type.endsWith(":GeneratedSecret")) return { value: `secret-${args.name}` };
  if (args.type === "command:remote:Command") return { stdout: `stdout of ${args.name}` };
  if (args.type === "docker:index/remoteImage:RemoteImage")
    return { imageId: `sha256:${"1".repeat(64)}` };
  return {};
}
