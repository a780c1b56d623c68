import * as pulumi from "@pulumi/pulumi";
import {
  Database,
  groupsWithTargets,
  LoadBalancer,
  readAppImage,
  readStackConfig,
  rollingNodes,
  servingNodes,
  Site,
  STATE_VERSION,
  targetOf,
} from "./components";

export = async () => {
  const config = readStackConfig();
  // Before anything is declared: a state of a newer program is refused.
  const serving = await servingNodes();
  const site = new Site("site", config);
  /** What every CT is told: where it belongs, what it is, who may connect, and what it was built from. */
  const ct = (name: string) => ({
    site,
    guest: config.guest(name),
    ingress: config.ingress(name),
    build: config.build(name),
  });

  const database = new Database("db", {
    ...ct("db"),
    deletionProtection: config.databaseDeletionProtection,
  });
  const loadBalancer = new LoadBalancer("lb", {
    ...ct("lb"),
    profile: config.loadBalancer.profile,
    targets: config.guestsOfRole("app").map((guest) => targetOf(guest)),
    ...config.loadBalancer.alb,
    targetGroups: pulumi.output(
      groupsWithTargets(config.loadBalancer.alb.targetGroups, (name) =>
        targetOf(config.guest(name)),
      ),
    ),
  });
  const image = readAppImage(config.appImageContext);
  const { allowOutage } = config;
  const appNodes = rollingNodes(
    config.appNodes.map(({ name, storageDriver }) => {
      const shared = { database: database.endpoint, image, loadBalancer, allowOutage };
      return { name, args: { ...ct(name), ...shared, storageDriver } };
    }),
    serving,
  );
  site.closeEgress([loadBalancer, ...appNodes]);

  const everyTarget = pulumi.all(appNodes.map((node) => node.serving.id));
  return {
    url: everyTarget.apply(() => loadBalancer.url), // given once every target is healthy
    statsUrl: loadBalancer.statsUrl,
    statsUser: loadBalancer.statsUser,
    statsPassword: pulumi.secret(loadBalancer.statsPassword),
    loadBalancer: loadBalancer.summary,
    database: database.summary,
    budget: config.budget,
    targets: pulumi.all(appNodes.map((node) => node.summary)),
    stateVersion: STATE_VERSION,
  };
};
