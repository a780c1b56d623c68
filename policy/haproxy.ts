import type { PolicyResource } from "@pulumi/policy";
import { isInside, observe } from "./commands";
import type { Container } from "./cts";
import type { Lab } from "./labFacts";
import { asProps, propsOf, UNKNOWN } from "./plain";
import { parseHaproxy, type Section } from "./script/haproxy";

const COPY_TYPES = /^command:remote:Copy(ToRemote|File)$/;
/** The users' file has passwords and is judged by itself. */
const USERS = /\/users\.cfg(\.next)?$/;
const FILE = /haproxy[^/]*\.cfg(\.[a-z]+)?$|\/haproxy\/[^/]*\.cfg(\.[a-z]+)?$/;

export interface LoadBalancerSetting {
  container: Container;
  /** Undefined when no text of it can be read. */
  sections: Section[] | undefined;
  /** False when a text may exist that is not known yet. */
  complete: boolean;
  /** What is copied in place of a text that could be read. */
  unreadable?: string;
}

/** HAProxy's configuration on each load balancer: copied as a text asset, or written by a script. */
export async function settingsOf(lab: Lab): Promise<LoadBalancerSetting[]> {
  return Promise.all(lab.loadBalancers.map((container) => settingOf(container, lab)));
}

async function settingOf(container: Container, lab: Lab): Promise<LoadBalancerSetting> {
  const { resources } = lab;
  const observed = observe(container, resources);
  const texts = [...observed.host.files]
    .filter(([path]) => FILE.test(path) && !USERS.test(path))
    .map(([, text]) => text);
  let { complete } = observed;
  let unreadable: string | undefined;
  for (const resource of resources) {
    if (!COPY_TYPES.test(resource.type) || !isInside(resource, container, resources)) continue;
    const path = propsOf(resource.props).remotePath;
    if (typeof path === "string" && !FILE.test(path)) continue;
    const text = await assetText(resource);
    if (text !== undefined) texts.push(text);
    else if (isUnknown(resource)) complete = false;
    else unreadable = resource.name;
  }
  const sections = texts.length ? texts.flatMap(parseHaproxy) : undefined;
  return { container, sections, complete: complete && unreadable === undefined, unreadable };
}

/** True while a preview cannot know the asset. */
function isUnknown({ props }: PolicyResource): boolean {
  const { source } = propsOf(props);
  return source === UNKNOWN || asProps(source).text === UNKNOWN;
}

/**
 * Text of a `source` asset. It is a promise, which the proxy around a policy's properties breaks;
 * its descriptor gives it as it is. Assets of files are not read.
 */
export async function assetText({ props }: PolicyResource): Promise<string | undefined> {
  const own = (value: unknown, key: string): unknown =>
    typeof value === "object" && value !== null
      ? Object.getOwnPropertyDescriptor(value, key)?.value
      : undefined;
  const text = await own(own(props, "source"), "text");
  return typeof text === "string" ? text : undefined;
}
