import type { ResourceValidationPolicy } from "@pulumi/policy";
import { isContainer, containerOf } from "../cts";
import { ROLE_TAGS } from "../network";
import { asList, propsOf, UNKNOWN } from "../plain";

const DEFAULTS = { requiredTags: ["homelab"], roleTags: Object.values<string>(ROLE_TAGS) };
type Config = Partial<typeof DEFAULTS>;

/** Policies know a CT's part by its tag, and `./lab` whose it is. */
export const tags: ResourceValidationPolicy = {
  name: "ct-tagged",
  description: "Each CT has the stack's tags and exactly one that says which part it plays.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      requiredTags: {
        type: "array",
        items: { type: "string" },
        default: DEFAULTS.requiredTags,
        description: "Tags that every CT has.",
      },
      roleTags: {
        type: "array",
        items: { type: "string" },
        default: DEFAULTS.roleTags,
        description: "Tags of which a CT has one. Empty: parts need not be told.",
      },
    },
  },
  validateResource: (args, reportViolation) => {
    if (!isContainer(args.type)) return;
    const { requiredTags, roleTags } = { ...DEFAULTS, ...args.getConfig<Config>() };
    const given = propsOf(args.props).tags;
    if (given === UNKNOWN || asList(given).includes(UNKNOWN)) return;
    const { label, tags: own } = containerOf(args.urn, args.name, args.props);
    const got = own.join(", ") || "none";
    const missing = requiredTags.filter((tag) => !own.includes(tag));
    if (missing.length) {
      reportViolation(`${label}: lacks tags, got ${got}; add ${missing.join(", ")}`);
    }
    const roles = roleTags.filter((tag) => own.includes(tag));
    if (roles.length === 1 || roleTags.length === 0) return;
    reportViolation(
      `${label}: has ${roles.length} tags for its part, got ${got}; give one of ${roleTags.join(", ")}`,
    );
  },
};
