import { DOCKER_UNIT, HAPROXY_UNIT, POSTGRES_UNIT } from "./units";
import type { GuestKind, GuestOfKind } from "./guest";
import type { CtSettings } from "./settings";
import { APP_PORT, DATABASE_PORT, LISTENER_PORT, STATS_PORT } from "./settings";

/** A CT that is in the private subnet only. */
function privateCt({ name, vmid, address, memoryMiB, diskGiB }: CtSettings): GuestOfKind {
  return { name, vmid, ports: [{ on: "private", address }], memoryMiB, diskGiB };
}

const LOAD_BALANCER: GuestKind = {
  role: "lb",
  group: "loadBalancer",
  startOrder: 3,
  unit: HAPROXY_UNIT,
  guests: ({ loadBalancer: { lanAddress, address, name, vmid, memoryMiB, diskGiB } }) => [
    {
      ...{ name, vmid, memoryMiB, diskGiB },
      ports: [
        { on: "lan", address: lanAddress },
        { on: "private", address },
      ],
    },
  ],
  ingress: (_group, { lan }) => [
    {
      from: { cidr: "0.0.0.0/0" },
      port: LISTENER_PORT,
      protocol: "tcp",
      on: "lan",
      behind: "host",
      description: "the listener",
    },
    {
      from: { cidr: lan.cidr },
      port: STATS_PORT,
      protocol: "tcp",
      on: "lan",
      behind: "host",
      description: "the stats page",
    },
  ],
};

const APP: GuestKind = {
  role: "app",
  group: "app",
  startOrder: 2,
  unit: DOCKER_UNIT,
  guests: ({ appNodes }) => appNodes.map(privateCt),
  ingress: (group) => [
    {
      from: group("loadBalancer"),
      port: APP_PORT,
      protocol: "tcp",
      on: "private",
      behind: "docker",
      description: "the web service",
    },
  ],
};

const DATABASE: GuestKind = {
  role: "db",
  group: "database",
  startOrder: 1,
  unit: POSTGRES_UNIT,
  guests: ({ database }) => [privateCt(database)],
  ingress: (group) => [
    {
      from: group("app"),
      port: DATABASE_PORT,
      protocol: "tcp",
      on: "private",
      behind: "host",
      description: "PostgreSQL",
    },
  ],
};

/** Every kind of guest that a stack has. */
export const GUEST_KINDS: readonly GuestKind[] = [LOAD_BALANCER, APP, DATABASE];
