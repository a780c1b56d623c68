/** A configuration that somebody may well want; every policy lets it pass. */
export interface Variation {
  name: string;
  config: Record<string, string>;
  /** Configuration of the pack, by policy; none where its defaults fit. */
  policies?: Record<string, object>;
}

const list = (...drivers: string[]) => JSON.stringify(drivers);

const subnet = (prefix: string, bits: number, gateway: number, first: number) => ({
  privateCidr: `${prefix}.0/${bits}`,
  privateGateway: `${prefix}.${gateway}`,
  lbPrivateAddress: `${prefix}.${first}`,
  appAddressStart: `${prefix}.${first + 1}`,
  dbAddress: `${prefix}.${first + 40}`,
});

const balancer = (settings: object) => ({ loadBalancer: JSON.stringify(settings) });

const rule = (priority: number, conditions: object[], action: object) => ({
  ...{ priority, conditions, action },
});

export const variations: Variation[] = [
  { name: "the default stack", config: {} },
  { name: "one app node", config: { appNodeCount: "1" } },
  { name: "two app nodes", config: { appNodeCount: "2" } },
  { name: "four app nodes with fitting disks", config: { appNodeCount: "4", appDiskGiB: "7" } },
  {
    name: "five app nodes with fitting disks and memory",
    config: { appNodeCount: "5", appDiskGiB: "6", appMemoryMiB: "384" },
  },
  {
    name: "twenty app nodes on a machine that has room for them",
    config: { appNodeCount: "20", memoryBudgetMiB: "16384", diskBudgetGiB: "256" },
    policies: { "stack-within-budget": { memoryMiB: 16384, diskGiB: 256 } },
  },
  { name: "another private subnet", config: subnet("10.20.30", 24, 1, 10) },
  { name: "a private subnet of 172.16.0.0/12", config: subnet("172.16.5", 24, 254, 20) },
  { name: "a small private subnet", config: subnet("10.10.10", 26, 1, 5) },
  { name: "a large private subnet", config: subnet("10.66.0", 16, 1, 100) },
  { name: "the Proxmox firewall on", config: { proxmoxFirewall: "true" } },
  { name: "other app node addresses", config: { appAddressStart: "10.10.10.101" } },
  { name: "another database address", config: { dbAddress: "10.10.10.200" } },
  { name: "another load balancer address", config: { lbPrivateAddress: "10.10.10.9" } },
  { name: "other vmids", config: { vmidLb: "900", vmidAppStart: "901", vmidDb: "990" } },
  { name: "another private bridge", config: { privateBridge: "vmbr7" } },
  { name: "another LAN bridge", config: { lanBridge: "vmbr3" } },
  {
    name: "another LAN",
    config: { lanCidr: "192.168.1.0/24", lanGateway: "192.168.1.1", lbLanAddress: "192.168.1.80" },
  },
  { name: "another template", config: { template: "nas:vztmpl/debian-12-custom_1.tar.zst" } },
  { name: "another storage", config: { storage: "local-lvm" } },
  {
    name: "another Proxmox node",
    config: { proxmoxNode: "pve7", proxmoxEndpoint: "https://pve7.lan:8006/", sshHost: "pve7.lan" },
  },
  { name: "Docker on overlay2 alone", config: { appStorageDrivers: list("overlay2") } },
  { name: "Docker on fuse-overlayfs alone", config: { appStorageDrivers: list("fuse-overlayfs") } },
  {
    name: "a package proxy and a nameserver",
    config: { aptProxy: "http://192.168.1.3:3142", nameserver: "9.9.9.9" },
  },
  {
    name: "a load balancer with HTTPS, rules, a second target group and an ALB's access log",
    config: {
      loadBalancer: JSON.stringify({
        listeners: [
          {
            port: 80,
            protocol: "HTTP",
            defaultAction: { type: "redirect", statusCode: 301, protocol: "HTTPS" },
          },
          {
            port: 443,
            protocol: "HTTPS",
            domains: ["app.lab", "*.app.lab"],
            rules: [
              {
                priority: 10,
                conditions: [{ field: "path-pattern", values: ["/api/*"] }],
                action: { type: "forward", targetGroups: [{ name: "app" }, { name: "canary" }] },
              },
            ],
          },
        ],
        targetGroups: [{ name: "canary", targets: ["app3"], stickiness: { type: "lb_cookie" } }],
        attributes: {
          accessLog: "alb",
          desyncMode: "strictest",
          dropInvalidHeaderFields: true,
          rateLimit: { requests: 600, seconds: 60 },
        },
      }),
    },
  },
  { name: "a load balancer like an ALB's defaults", config: { lbProfile: "alb-default" } },
  { name: "a plain load balancer", config: { lbProfile: "plain" } },
  { name: "a larger database", config: { dbMemoryMiB: "1024", dbDiskGiB: "12" } },
  {
    name: "answers and ways of a load balancer's own, for some requests",
    config: balancer({
      listeners: [
        {
          port: 80,
          protocol: "HTTP",
          rules: [
            rule(1, [{ field: "path-pattern", values: ["/robots.txt"] }], {
              type: "fixed-response",
              statusCode: 200,
              contentType: "text/plain",
              body: "ok",
            }),
            rule(2, [{ field: "source-ip", values: ["203.0.113.0/24"] }], {
              type: "fixed-response",
              statusCode: 403,
            }),
            rule(3, [{ field: "host-header", values: ["old.example"] }], {
              type: "redirect",
              statusCode: 302,
              host: "new.example",
            }),
          ],
        },
      ],
    }),
  },
  {
    name: "requests of known names only",
    config: balancer({
      listeners: [
        {
          port: 80,
          protocol: "HTTP",
          defaultAction: { type: "fixed-response", statusCode: 404 },
          rules: [
            rule(1, [{ field: "host-header", values: ["app.lab"] }], {
              type: "forward",
              targetGroups: [{ name: "app" }],
            }),
          ],
        },
      ],
    }),
  },
  {
    name: "a health check of one's own",
    config: balancer({
      healthCheck: { path: "/", intervalMs: 10_000, timeoutMs: 5000, healthyThreshold: 5 },
    }),
  },
  {
    name: "clients that stay, targets that warm up, and few requests at a time",
    config: balancer({
      targetGroup: {
        stickiness: { type: "lb_cookie", durationSeconds: 600 },
        slowStartSeconds: 30,
        maxConcurrentRequests: 20,
        queueTimeoutSeconds: 30,
      },
    }),
  },
  {
    name: "the longest times and a small rate of an ALB",
    config: balancer({
      attributes: { idleTimeoutSeconds: 4000, rateLimit: { requests: 1, seconds: 1 } },
    }),
  },
  {
    name: "a page while somebody works on the service",
    config: balancer({ attributes: { maintenance: { body: "back soon" } } }),
  },
];
