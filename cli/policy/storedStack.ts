import type { PolicyResource } from "@pulumi/policy";
import type { StackExport } from "../stack/interrupted";
import { nameOfUrn } from "../stack/urn";

/** Key under which Pulumi's state says that a value is special, and what it says of a secret. */
const MARK = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** The policies take a property that throws an error of this name for a value that cannot be known. */
class UnknownValueError extends Error {}

interface Entry {
  urn: string;
  type: string;
  delete?: boolean;
  parent?: string;
  provider?: string;
  dependencies?: string[];
  protect?: boolean;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** A resource of the state as policies are given it. */
export interface StoredResource {
  /** For policies of the whole stack: what the resource became. */
  made: PolicyResource;
  /** For policies of single resources: what the program told it. */
  told: PolicyResource;
}

/** How many resources the stack has; the stack itself and providers are none. */
export const countOf = (stored: readonly StoredResource[]): number =>
  stored.filter(({ made }) => !made.type.startsWith("pulumi:")).length;

/**
 * The resources of a stored state. Secrets are not shown, even where the state has them in clear: policies take
 * them for values that cannot be known. Resources that only wait to be deleted are left out.
 *
 * @param subject what an error says that it is about
 * @throws Error when it is no state
 */
export function storedResources({ deployment }: StackExport, subject = "state"): StoredResource[] {
  const resources: unknown = deployment.resources ?? [];
  if (!Array.isArray(resources) || !resources.every(isEntry)) {
    throw new Error(`${subject}: is no state of a stack, for a resource has no URN or no type`);
  }
  const entries = resources.filter((one) => one.delete !== true);
  const stored = new Map<string, StoredResource>();
  // What a resource refers to comes before it, so no circle can be made.
  for (const entry of entries) stored.set(entry.urn, connected(entry, stored));
  return [...stored.values()];
}

function isEntry(one: unknown): one is Entry {
  const { urn, type } = (one ?? {}) as Partial<Entry>;
  return typeof urn === "string" && urn !== "" && typeof type === "string";
}

/** A resource with those that it refers to. */
function connected(entry: Entry, before: ReadonlyMap<string, StoredResource>): StoredResource {
  const own = both(entry);
  // "URN::ID"
  const provider = before.get(entry.provider?.split("::").slice(0, -1).join("::") ?? "")?.made;
  for (const one of [own.made, own.told]) {
    one.parent = before.get(entry.parent ?? "")?.made;
    one.dependencies = (entry.dependencies ?? []).flatMap((urn) => before.get(urn)?.made ?? []);
    if (!provider) continue;
    const { type, props, urn, name } = provider;
    one.provider = { type, props, urn, name };
  }
  return own;
}

function both(entry: Entry): StoredResource {
  const { inputs = {}, outputs = {} } = entry;
  // What a provider does not give back is as the program told it.
  return { made: resource(entry, { ...inputs, ...outputs }), told: resource(entry, inputs) };
}

function resource(entry: Entry, props: Record<string, unknown>): PolicyResource {
  const { urn, type, protect } = entry;
  return {
    ...{ urn, type, name: nameOf(urn), props: shown(props) as Record<string, unknown> },
    opts: {
      protect: protect === true,
      ignoreChanges: [],
      aliases: [],
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
      additionalSecretOutputs: [],
    },
    dependencies: [],
    propertyDependencies: {},
    isType: () => false,
    asType: () => undefined,
  };
}

function shown(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const holder: object = Array.isArray(value) ? [] : {};
  for (const [key, item] of Object.entries(value)) {
    if (key === "__provider") continue; // the code of a dynamic resource's provider
    const open = openPart(key, item);
    Object.defineProperty(holder, key, {
      enumerable: true,
      ...(open === CLOSED ? { get: refuse } : { value: open }),
    });
  }
  return holder;
}

/** Stands for a value that is not shown. */
const CLOSED = Symbol("closed");
/** A connection is a secret as a whole, for the sake of these. */
const KEPT_SECRET = ["privateKey", "privateKeyPassphrase", "password"];

/** Of secrets only where a command connects to is shown, and that one is empty. */
function openPart(key: string, value: unknown): unknown {
  if (!isSecret(value)) return shown(value);
  if (typeof value.plaintext !== "string") return CLOSED;
  const plaintext = JSON.parse(value.plaintext) as unknown;
  if (isEmpty(plaintext)) return plaintext;
  return key === "connection" && isObject(plaintext) ? withoutKeys(plaintext) : CLOSED;
}

function withoutKeys(connection: Record<string, unknown>): object {
  const holder = {};
  for (const [key, item] of Object.entries(connection)) {
    const isKept = KEPT_SECRET.includes(key) && !isEmpty(item);
    const open = isObject(item) && !isSecret(item) ? withoutKeys(item) : openPart(key, item);
    Object.defineProperty(holder, key, {
      enumerable: true,
      ...(isKept || open === CLOSED ? { get: refuse } : { value: open }),
    });
  }
  return holder;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSecret = (value: unknown): value is Record<string, unknown> =>
  isObject(value) && value[MARK] === SECRET;

const isEmpty = (value: unknown): boolean =>
  value === null || value === "" || (Array.isArray(value) && value.length === 0);

function refuse(): never {
  throw new UnknownValueError("a secret of the state is not shown");
}

/** Names of the commands of which it is not shown where they connect to. */
export const withClosedConnection = (stored: readonly StoredResource[]): string[] =>
  stored
    .filter(({ told }) => {
      const connection = Object.getOwnPropertyDescriptor(told.props, "connection");
      return connection !== undefined && !("value" in connection);
    })
    .map(({ told }) => told.name);

/** The name that people know a resource by; `stack` where there is none. */
export const nameOf = (urn: string | undefined): string =>
  urn === undefined ? "stack" : nameOfUrn(urn);
