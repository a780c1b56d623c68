import type { HealthCheck } from "./albTypes";
import { PROFILE_NAMES, type ProfileName } from "../stack/settings";

export type { HealthCheck };

/** What one profile makes of the load balancer. */
export interface Profile {
  /** In one sentence, for `./lab profile`. */
  summary: string;
  healthCheck: HealthCheck;
  connectTimeoutMs: number;
  /** How long nothing may come from a target: before an answer, and in the middle of one. */
  serverTimeoutMs: number;
  /** Lines of `defaults`: what is done with a request whose target does not answer. */
  retryLines: string[];
  /** Requests go to every target, unchecked, while none is healthy. */
  failOpen: boolean;
  /** Rules of each listener. */
  listenerLines: string[];
  /** More of them for each target group. */
  retryBound: (group: string) => string[];
  /** Options of every target besides its check. */
  targetOptions: string[];
  /** More of them that each target's line has to say itself. */
  serverWords: string[];
}

/** Answers while the service's process does; it does not depend on the database. */
export const HEALTH_PATH = "/healthz";

const TUNED: Profile = {
  summary: "loses no GET: other targets are tried at once, two failures in a row take a target out",
  healthCheck: {
    path: HEALTH_PATH,
    intervalMs: 1000,
    fastIntervalMs: 250,
    downIntervalMs: 1000,
    timeoutMs: 500,
    healthyThreshold: 2,
    unhealthyThreshold: 2,
  },
  connectTimeoutMs: 500,
  serverTimeoutMs: 60_000,
  // A slow answer is no failure: a request that a target works on is not sent to another one. What is
  // tried elsewhere had no connection, or one that ended without a byte of an answer. No status among
  // them: on HAProxy 2.6 that hides a target which answers errors only.
  retryLines: [
    "option redispatch 1",
    "retries 3",
    "retry-on conn-failure empty-response",
    "# A target whose machine is gone cannot end its connections: TCP notices it, after about 4 s.",
    "option srvtcpka",
    "srvtcpka-idle 2s",
    "srvtcpka-intvl 1s",
    "srvtcpka-cnt 2",
  ],
  // Checks can all fail while the services answer: a busy machine did that here.
  failOpen: true,
  listenerLines: [
    "# A request that changes something is never sent twice.",
    "http-request disable-l7-retry unless METH_GET",
  ],
  retryBound: (group) => [
    "# What may be sent again is kept in a buffer of its own; so many take 18 MiB.",
    `http-request disable-l7-retry if { be_conn(${group}) ge 256 }`,
  ],
  // A failed connection of a real request and one more failure, of a request or a check, take a
  // target out. `mark-down` needs one failure only: a single lost connection to the last healthy
  // target then cost the request. There is no slow start, so that a target that is back has its full
  // share at once, and no `shutdown-sessions`, which would end answers that are on their way.
  targetOptions: ["observe layer4 error-limit 1 on-error sudden-death"],
  // Data that a target's machine has not acknowledged for so long has not reached it. (HAProxy 2.6 reads this in
  // a default-server line and forgets it.)
  serverWords: ["tcp-ut 2s"],
};

/** An ALB as AWS delivers it: target group defaults, and no second target for a request. */
const ALB_DEFAULT: Profile = {
  summary: "an ALB's defaults: checks every 30 s, out after 2, back after 5, no second target",
  healthCheck: {
    path: HEALTH_PATH,
    intervalMs: 30_000,
    fastIntervalMs: 30_000,
    downIntervalMs: 30_000,
    timeoutMs: 5000,
    healthyThreshold: 5,
    unhealthyThreshold: 2,
  },
  connectTimeoutMs: 10_000,
  serverTimeoutMs: 60_000,
  retryLines: ["no option redispatch", "retries 0"],
  failOpen: true,
  listenerLines: [],
  retryBound: () => [],
  targetOptions: [],
  serverWords: [],
};

/** The configuration that this project started from. */
const PLAIN: Profile = {
  summary: "the original configuration: checks every 2 s, out after 3, no second target",
  healthCheck: {
    path: HEALTH_PATH,
    intervalMs: 2000,
    fastIntervalMs: 2000,
    downIntervalMs: 2000,
    timeoutMs: 2000,
    healthyThreshold: 2,
    unhealthyThreshold: 3,
  },
  connectTimeoutMs: 5000,
  serverTimeoutMs: 50_000,
  retryLines: ["no option redispatch", "retries 3"],
  failOpen: false,
  listenerLines: [],
  retryBound: () => [],
  targetOptions: [],
  serverWords: [],
};

export const PROFILES: Record<ProfileName, Profile> = {
  tuned: TUNED,
  "alb-default": ALB_DEFAULT,
  plain: PLAIN,
};

export function isProfileName(text: string): text is ProfileName {
  return (PROFILE_NAMES as readonly string[]).includes(text);
}
