import { DOCKER_UNIT, HAPROXY_UNIT, POSTGRES_UNIT } from "./units";
import type { GuestKind, GuestOfKind } from "./guest";
import type { CtSettings } from "./settings";
import { APP_PORT, DATABASE_PORT, LISTENER_PORT, STATS_PORT } from "./settings";
import { databaseWay, listenerWay, serviceWay, statsWay } from "./ways";

/** A CT that is in the private subnet only. */
function privateCt({ name, vmid, address, memoryMiB, diskGiB }: CtSettings): GuestOfKind {
  return { name, vmid, ports: [{ on: "private", address }], memoryMiB, diskGiB };
}

export const LOAD_BALANCER: GuestKind = {
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
  ingress: (_group, { lan, loadBalancer }) => [
    ...(loadBalancer.alb.listeners ?? [{ port: LISTENER_PORT }]).map(({ port }) =>
      listenerWay(port),
    ),
    statsWay(lan.cidr, STATS_PORT),
  ],
};

export const APP: GuestKind = {
  role: "app",
  group: "app",
  startOrder: 2,
  unit: DOCKER_UNIT,
  guests: ({ appNodes }) => appNodes.map(privateCt),
  ingress: (group) => [serviceWay(group("loadBalancer"), APP_PORT)],
};

export const DATABASE: GuestKind = {
  role: "db",
  group: "database",
  startOrder: 1,
  unit: POSTGRES_UNIT,
  guests: ({ database }) => [privateCt(database)],
  ingress: (group) => [databaseWay(group("app"), DATABASE_PORT)],
};

/** Every kind of guest that a stack has. */
export const GUEST_KINDS: readonly GuestKind[] = [LOAD_BALANCER, APP, DATABASE];
