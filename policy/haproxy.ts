import type { PolicyResource } from "@pulumi/policy";
import { isInside, observe } from "./commands";
import type { Container } from "./cts";
import type { Lab } from "./labFacts";
import { propsOf } from "./plain";
import { parseHaproxy, type Section } from "./script/haproxy";

const COPY_TYPE = "command:remote:CopyToRemote";
const FILE = /haproxy[^/]*\.cfg(\.[a-z]+)?$|\/haproxy\/[^/]*\.cfg(\.[a-z]+)?$/;

export interface LoadBalancerSetting {
  container: Container;
  /** Undefined when no text of it can be read. */
  sections: Section[] | undefined;
  /** False when a text may exist that is not known yet. */
  complete: boolean;
}

/** HAProxy's configuration on each load balancer: copied as a text asset, or written by a script. */
export async function settingsOf(lab: Lab): Promise<LoadBalancerSetting[]> {
  return Promise.all(lab.loadBalancers.map((container) => settingOf(container, lab)));
}

async function settingOf(container: Container, lab: Lab): Promise<LoadBalancerSetting> {
  const { resources } = lab;
  const observed = observe(container, resources);
  const texts = [...observed.host.files]
    .filter(([path]) => FILE.test(path))
    .map(([, text]) => text);
  let { complete } = observed;
  for (const resource of resources) {
    if (resource.type !== COPY_TYPE || !isInside(resource, container, resources)) continue;
    const path = propsOf(resource.props).remotePath;
    if (typeof path === "string" && !FILE.test(path)) continue;
    const text = await assetText(resource);
    if (text === undefined) complete = false;
    else texts.push(text);
  }
  const sections = texts.length ? texts.flatMap(parseHaproxy) : undefined;
  return { container, sections, complete };
}

/**
 * Text of a `source` asset. It is a promise, which the proxy around a policy's properties breaks;
 * its descriptor gives it as it is. Assets of files are not read.
 */
async function assetText({ props }: PolicyResource): Promise<string | undefined> {
  const own = (value: unknown, key: string): unknown =>
    typeof value === "object" && value !== null
      ? Object.getOwnPropertyDescriptor(value, key)?.value
      : undefined;
  const text = await own(own(props, "source"), "text");
  return typeof text === "string" ? text : undefined;
}
