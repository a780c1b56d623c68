import { createHash } from "node:crypto";
import type { AwsFacts } from "./facts";

/** There is no account: AWS gives none this number. */
export const ACCOUNT = "000000000000";
/** Stands in every ARN, whatever region the client is set to: there is one Proxmox node. */
export const REGION = "eu-central-1";
export const ZONE = `${REGION}a`;

type Named = Pick<AwsFacts, "stack" | "settings">;

/** Digits of an id: the same for the same thing of the same stack, each time. */
function digits({ stack }: Pick<AwsFacts, "stack">, thing: string, count: number): string {
  return createHash("sha256").update(`${stack}/${thing}`).digest("hex").slice(0, count);
}

const elb = (rest: string) => `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:${rest}`;

/** Of an ALB's ARN what follows `loadbalancer/`; CloudWatch's dimension. */
export function loadBalancerId(lab: Named): string {
  const { name } = lab.settings.loadBalancer;
  return `app/${name}/${digits(lab, `lb/${name}`, 16)}`;
}

/** Of a target group's ARN what follows the account; CloudWatch's dimension. */
export const targetGroupId = (lab: Named, group: string): string =>
  `targetgroup/${group}/${digits(lab, `targetgroup/${group}`, 16)}`;

export const loadBalancerArn = (lab: Named): string => elb(`loadbalancer/${loadBalancerId(lab)}`);
export const targetGroupArn = (lab: Named, group: string): string => elb(targetGroupId(lab, group));

const listenerId = (lab: Named, port: number) =>
  `${loadBalancerId(lab)}/${digits(lab, `listener/${port}`, 16)}`;
export const listenerArn = (lab: Named, port: number): string =>
  elb(`listener/${listenerId(lab, port)}`);

/** @param priority of the rule, or `default` */
export const ruleArn = (lab: Named, port: number, priority: number | "default"): string =>
  elb(
    `listener-rule/${listenerId(lab, port)}/${digits(lab, `listener/${port}/rule/${priority}`, 16)}`,
  );

export const certificateArn = (lab: Named, port: number): string =>
  `arn:aws:acm:${REGION}:${ACCOUNT}:certificate/${digits(lab, `certificate/${port}`, 32)}`;

/** CT 111 is `i-00000000000000111`: one reads the vmid in it. */
export const instanceId = (vmid: number): string => `i-${String(vmid).padStart(17, "0")}`;
export const vpcId = (lab: Named): string => `vpc-${digits(lab, "vpc", 17)}`;
export const subnetId = (lab: Named, side: "lan" | "private"): string =>
  `subnet-${digits(lab, `subnet/${side}`, 17)}`;
export const securityGroupId = (lab: Named, group: string): string =>
  `sg-${digits(lab, `sg/${group}`, 17)}`;
export const imageId = (lab: Named): string =>
  `ami-${digits(lab, `ami/${lab.settings.proxmox.template}`, 17)}`;
export const reservationId = (vmid: number): string => `r-${String(vmid).padStart(17, "0")}`;

export const databaseArn = (lab: Named): string =>
  `arn:aws:rds:${REGION}:${ACCOUNT}:db:${lab.settings.database.name}`;

/** What every thing of the stack is tagged with. */
export function tagsOf(lab: Named, name: string, more: Record<string, string> = {}) {
  const tags = { Name: name, "homelab:stack": lab.stack, ...more };
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
