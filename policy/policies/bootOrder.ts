import type { StackValidationPolicy } from "@pulumi/policy";
import { isContainer, containerOf, type Container } from "../cts";
import { ROLE_TAGS } from "../network";
import { asNumber, asProps, propsOf, UNKNOWN } from "../plain";

const DEFAULT_ORDER = [ROLE_TAGS.database, ROLE_TAGS.app, ROLE_TAGS.loadBalancer];
/** Seconds. */
const MOST_WAIT = 600;
const LEAST_STOP = 5;
interface Config {
  tagOrder?: string[];
}
interface Booted {
  container: Container;
  /** Undefined while unknown. */
  order: number | undefined;
}

/** After a power cut the lab comes back by itself, and what is asked before what asks. */
export const bootOrder: StackValidationPolicy = {
  name: "ct-boot-order",
  description:
    "Each CT starts with the Proxmox node, in an order of its own tag: database, app nodes, load " +
    "balancer.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      tagOrder: {
        type: "array",
        items: { type: "string" },
        default: DEFAULT_ORDER,
        description: "Tags in the order in which their CTs start.",
      },
    },
  },
  validateStack: (args, reportViolation) => {
    const tagOrder = args.getConfig<Config>().tagOrder ?? DEFAULT_ORDER;
    const booted: Booted[] = [];
    for (const { type, urn, name, props } of args.resources) {
      if (!isContainer(type)) continue;
      const container = containerOf(urn, name, props);
      const { startOnBoot, startup } = propsOf(props);
      if (startOnBoot === false) {
        reportViolation(
          `${container.label}: stays down when the Proxmox node starts, got startOnBoot: false; ` +
            "set it to true",
          urn,
        );
      }
      if (startup === UNKNOWN || asProps(startup).order === UNKNOWN) continue;
      const { upDelay, downDelay } = asProps(startup);
      const wait = asNumber(upDelay) ?? 0;
      if (wait > MOST_WAIT) {
        reportViolation(
          `${container.label}: keeps those after it waiting, got upDelay ${wait}; at most ${MOST_WAIT} s`,
          urn,
        );
      }
      // Proxmox's own is none, or -1: 60 s.
      const down = asNumber(downDelay) ?? -1;
      if (down > 0 && down < LEAST_STOP) {
        reportViolation(
          `${container.label}: is killed when the node stops, got downDelay ${down}; at least ${LEAST_STOP} s`,
          urn,
        );
      }
      const order = asNumber(asProps(startup).order);
      if (order === undefined) {
        reportViolation(`${container.label}: has no start order, got none; set startup.order`, urn);
      } else booted.push({ container, order });
    }
    for (const [early, late] of pairs(tagOrder)) {
      for (const first of booted.filter(({ container }) => container.tags.includes(early))) {
        const wrong = booted.find((other) => {
          return other.container.tags.includes(late) && (other.order ?? 0) <= (first.order ?? 0);
        });
        if (!wrong) continue;
        reportViolation(
          `${first.container.label}: does not start before ${wrong.container.label}, got order ` +
            `${first.order} and ${wrong.order}; CTs tagged ${early} come before those tagged ${late}`,
          first.container.urn,
        );
      }
    }
  },
};

function pairs(tags: string[]): [string, string][] {
  return tags.slice(1).map((tag, i) => [tags[i] ?? "", tag]);
}
