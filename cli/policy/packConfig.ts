import type { EnforcementLevel, Policies } from "@pulumi/policy";
import { existsSync, readFileSync } from "node:fs";
import { remedyFor } from "../core/suggest";

/** What a file for `--policy-pack-config` holds: a level, or settings and perhaps a level, by policy. */
export type PackConfig = Record<string, EnforcementLevel | Record<string, unknown>>;

/** Key of the level of all policies that have none of their own. */
const ALL = "all";
const LEVELS: readonly string[] = ["advisory", "mandatory", "remediate", "disabled"];

/** The shape of a policy's setting, as far as the pack's own use it. */
interface Shape {
  type?: string;
  items?: Shape;
  enum?: readonly unknown[];
  minimum?: number;
  maximum?: number;
}

/**
 * Reads a pack's configuration; a file that is not there holds none.
 *
 * @throws Error that names the file, when it names a policy, a level or a setting that there is not
 */
export function readPackConfig(file: string, pack: Policies): PackConfig {
  if (!existsSync(file)) return {};
  let config: unknown;
  try {
    config = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file}: is no JSON (${(error as Error).message}); mend it`, { cause: error });
  }
  const wrong = wrongIn(config, pack);
  if (wrong !== undefined) throw new Error(`${file}: ${wrong}`);
  return config as PackConfig;
}

/** What is wrong with a configuration, or undefined. */
export function wrongIn(config: unknown, pack: Policies): string | undefined {
  if (!isObject(config)) return "must be an object with a policy's name in front of each entry";
  const names = [ALL, ...pack.map(({ name }) => name)];
  for (const [name, entry] of Object.entries(config)) {
    const policy = pack.find((one) => one.name === name);
    if (!policy && name !== ALL) {
      return `unknown policy ${JSON.stringify(name)}; ${remedyFor(name, names, "policy/README.md")}`;
    }
    const level = typeof entry === "string" ? entry : isObject(entry) && entry.enforcementLevel;
    if (typeof entry !== "string" && !isObject(entry)) {
      return `${name}: must be a level or an object, got ${JSON.stringify(entry)}`;
    }
    if (level !== undefined && !LEVELS.some((one) => one === level)) {
      return `${name}: unknown level ${JSON.stringify(level)}; choose ${LEVELS.join(", ")}`;
    }
    const shapes = (policy?.configSchema?.properties ?? {}) as Record<string, Shape>;
    for (const [key, value] of isObject(entry) ? Object.entries(entry) : []) {
      if (key === "enforcementLevel") continue;
      const shape = shapes[key];
      if (!shape) {
        const known = Object.keys(shapes).join(", ") || "none";
        return `${name}: unknown setting ${JSON.stringify(key)}; it has ${known}`;
      }
      const wrong = misfit(value, shape);
      if (wrong) return `${name}: ${key} must be ${wrong}, got ${JSON.stringify(value)}`;
    }
  }
  return undefined;
}

/** What a value would have to be, or undefined where it is. */
function misfit(value: unknown, { type, items, ...limits }: Shape): string | undefined {
  if (type === "array") {
    if (!Array.isArray(value)) return "a list";
    const wrong = value.map((one) => misfit(one, items ?? {})).find((one) => one !== undefined);
    return wrong && `a list, each item ${wrong}`;
  }
  const is =
    type === "integer" ? Number.isInteger(value) : type === undefined || typeof value === type;
  if (!is) return type === "integer" ? "a whole number" : `a ${type}`;
  if (limits.enum && !limits.enum.includes(value)) return `one of ${limits.enum.join(", ")}`;
  if (typeof value !== "number") return undefined;
  if (limits.minimum !== undefined && value < limits.minimum) return `at least ${limits.minimum}`;
  if (limits.maximum !== undefined && value > limits.maximum) return `at most ${limits.maximum}`;
  return undefined;
}

/** The level at which a policy is enforced, and its settings. */
export function ruleOf(
  policy: Policies[number],
  config: PackConfig,
): { level: EnforcementLevel; settings: Record<string, unknown> } {
  const own = config[policy.name];
  const level = [own, config[ALL]].map(levelOf).find((one) => one !== undefined);
  return {
    level: level ?? policy.enforcementLevel ?? "advisory",
    settings: isObject(own) ? own : {},
  };
}

const levelOf = (entry: PackConfig[string] | undefined): EnforcementLevel | undefined =>
  typeof entry === "string" ? entry : (entry?.enforcementLevel as EnforcementLevel | undefined);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
