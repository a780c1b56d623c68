import type { GuestKind } from "../../lib/stack/guest";

/** A kind of guest that the stack does not have: what it takes to add one is this entry and a component. */
export const CACHE: GuestKind = {
  role: "cache",
  group: "cache",
  startOrder: 2,
  unit: "redis-server.service",
  guests: () => [
    {
      name: "cache1",
      vmid: 160,
      ports: [{ on: "private", address: "10.10.10.60" }],
      memoryMiB: 256,
      diskGiB: 4,
    },
  ],
  ingress: (group) => [
    {
      from: group("app"),
      port: 6379,
      protocol: "tcp",
      on: "private",
      behind: "host",
      description: "the cache",
    },
  ],
};
