/**
 * What a load balancer can be told, in an Application Load Balancer's words. Names of values and their
 * ranges are the ELBv2 API's; where HAProxy cannot do the same, the field says so.
 */

/** One server that may receive traffic. */
export interface Target {
  name: string;
  address: string;
  port: number;
}

/** Probe that decides whether a target receives traffic. One unit: milliseconds. */
export interface HealthCheck {
  path: string;
  intervalMs: number;
  /** Between checks while a target changes its state. */
  fastIntervalMs: number;
  /** Between checks of a target that is out. */
  downIntervalMs: number;
  timeoutMs: number;
  healthyThreshold: number;
  unhealthyThreshold: number;
}

/** How the target of a request is chosen. */
export const ALGORITHMS = ["round_robin", "least_outstanding_requests", "weighted_random"] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** A client stays with its target. */
export type Stickiness =
  | {
      /** A cookie of the load balancer, `AWSALB`. */
      type: "lb_cookie";
      /** How long, 1 to 604800 seconds. @default 86400 */
      durationSeconds?: number;
    }
  | {
      /** Follows a cookie that the service sets. */
      type: "app_cookie";
      /** Its name. */
      cookieName: string;
      /** How long, 1 to 604800 seconds. @default 86400 */
      durationSeconds?: number;
    };

/** How a target group treats its targets, besides their health check. */
export interface TargetGroupOptions {
  /** @default "round_robin" */
  algorithm?: Algorithm;
  /**
   * A target that answers errors or is slow, unlike the others, gets less: down to a hundredth of its share, and
   * gradually more once it does well. Never a half of the targets or more, and of three healthy ones at the least.
   * An ALB's `load_balancing.algorithm.anomaly_mitigation`; with `weighted_random` only, and without a slow start.
   *
   * @default false
   */
  anomalyMitigation?: boolean;
  /**
   * Seconds in which a target that is back gets its full share, 30 to 900, or 0 for at once. Not with
   * `least_outstanding_requests`.
   *
   * @default 0
   */
  slowStartSeconds?: number;
  /** @default - requests of a client go to any target */
  stickiness?: Stickiness;
  /**
   * Requests of one target at a time, 1 to 10000; more wait for `queueTimeoutSeconds`, then get 503.
   *
   * @default 1000
   */
  maxConcurrentRequests?: number;
  /** Seconds that a request may wait for a target, 1 to 600. @default 2 */
  queueTimeoutSeconds?: number;
  /** The targets are told the client's address by the PROXY protocol, version 2. @default false */
  proxyProtocol?: boolean;
  /** Status codes of a passed check: `200`, `200-299` or `200,204`, 200 to 499. @default "200-299" */
  matcher?: string;
}

/** One condition of a rule; it holds when one of its values does. `*` and `?` are wildcards. */
export type Condition =
  | { field: "host-header"; values: string[] }
  | { field: "path-pattern"; values: string[] }
  | { field: "http-header"; name: string; values: string[] }
  | { field: "http-request-method"; values: string[] }
  | { field: "query-string"; values: { key?: string; value: string }[] }
  /** Subnets in CIDR form. */
  | { field: "source-ip"; values: string[] };

/** What becomes of a request. */
export type Action =
  | {
      type: "forward";
      /** One to five; a weight of 0 to 999 is its share. */
      targetGroups: { name: string; /** @default 1 */ weight?: number }[];
      /**
       * A client stays with the target group that it got first (cookie `AWSALBTG`) for so many seconds, 1 to
       * 604800, while the group has a weight above 0.
       *
       * @default - each request goes by the weights
       */
      stickinessSeconds?: number;
    }
  | {
      type: "redirect";
      /** 301: for ever, 302: for now. */
      statusCode: 301 | 302;
      /** @default - the request's */
      protocol?: "HTTP" | "HTTPS";
      /** @default - the request's */
      host?: string;
      /** @default - 443 or 80 where `protocol` is given, else the listener's */
      port?: number;
      /** Begins with `/`; `#{path}` is the request's without its first `/`. @default "/#{path}" */
      path?: string;
      /** `#{query}` is the request's. @default "#{query}" */
      query?: string;
    }
  | {
      type: "fixed-response";
      /** 200 to 299, 400 to 599. */
      statusCode: number;
      /** @default "text/plain" */
      contentType?: string;
      /** At most 1024 printable characters and line ends. @default - empty */
      body?: string;
    };

/** What of a request is rewritten before it is forwarded; the first match of `regex` gets the text `replace`. */
export interface Transform {
  /** The path with its query, or the name in `Host`. One of each in a rule. */
  type: "url-rewrite" | "host-header-rewrite";
  /**
   * 1 to 256 characters, of the part that ALB's and HAProxy's regular expressions have in common: no `{`, no `(?`,
   * no classes in classes, and `\\` before `d`, `w`, `s` and punctuation only.
   */
  regex: string;
  /** 1 to 128 characters that a path or a name may have; `$1` to `$9` are the groups of `regex`. */
  replace: string;
}

/** Of the rules of a listener the first by priority whose conditions all hold decides. */
export interface Rule {
  /** 1 to 50000, one rule each. */
  priority: number;
  /** One to five, with five values in all. */
  conditions: Condition[];
  action: Action;
  /** With `forward` only. @default - requests are forwarded as they came */
  transforms?: Transform[];
}

/** What a TLS listener accepts, by the names of AWS's security policies. */
export const TLS_POLICIES = [
  "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
  "ELBSecurityPolicy-TLS13-1-2-2021-06",
  "ELBSecurityPolicy-TLS13-1-3-2021-06",
] as const;
export type TlsPolicy = (typeof TLS_POLICIES)[number];

export interface Listener {
  /** TCP port, 1 to 65535, one listener each. */
  port: number;
  protocol: "HTTP" | "HTTPS";
  /**
   * HTTPS only: names that it has a certificate for, by the load balancer's own authority; the first is
   * the one for clients that name none. `*.` covers one label.
   *
   * @default ["app.lab"]
   */
  domains?: string[];
  /** HTTPS only. @default "ELBSecurityPolicy-TLS13-1-2-Res-2021-06" - TLS 1.2 and 1.3, forward secrecy */
  sslPolicy?: TlsPolicy;
  /** HTTPS only: clients may speak HTTP/2. Over HTTP those may that know it beforehand. @default true */
  http2?: boolean;
  /**
   * HTTPS only: clients that trust the certificate use HTTPS for so many seconds, 0 to 63072000, whatever they
   * are told (`Strict-Transport-Security`); 0: they are not told. What the service says itself stays.
   *
   * @default 31536000 - a year
   */
  strictTransportSecuritySeconds?: number;
  /** Connections begin with the PROXY protocol, and the client's address is the one that it names. @default false */
  proxyProtocol?: boolean;
  /** At most 100. @default - none */
  rules?: Rule[];
  /** What becomes of requests that no rule is for. @default - they are forwarded to the target group app */
  defaultAction?: Action;
}

export const DESYNC_MODES = ["monitor", "defensive", "strictest"] as const;
export type DesyncMode = (typeof DESYNC_MODES)[number];
export const FORWARDED_FOR = ["append", "preserve", "remove"] as const;
export type ForwardedFor = (typeof FORWARDED_FOR)[number];
export const ACCESS_LOGS = ["httplog", "alb"] as const;
export type AccessLog = (typeof ACCESS_LOGS)[number];

/** Attributes of the load balancer itself. */
export interface Attributes {
  /** How long a connection may be silent, 1 to 4000 seconds. @default - the profile's, 60 for most */
  idleTimeoutSeconds?: number;
  /**
   * `X-Forwarded-For`: the client's address is appended, the header is left as it came, or taken away.
   *
   * @default "append"
   */
  xForwardedFor?: ForwardedFor;
  /** Header fields with other names than letters, digits and hyphens are taken away. @default false */
  dropInvalidHeaderFields?: boolean;
  /**
   * Requests that can be read in two ways: `monitor` logs the severe ones, `defensive` refuses them,
   * `strictest` also those that are ambiguous.
   *
   * @default "defensive"
   */
  desyncMode?: DesyncMode;
  /**
   * A client, which is an address, may send `requests` (1 to 1000000) in any `seconds` (1 to 3600); more
   * get 429. As AWS WAF's rate rule.
   *
   * @default - no limit
   */
  rateLimit?: { requests: number; seconds: number };
  /** Every request gets this page, with status 503. @default - requests are served */
  maintenance?: { /** @default "text/html" */ contentType?: string; body: string };
  /**
   * Form of the access log: HAProxy's own, which `./lab experiment` reads retries from, or the fields of
   * an ALB's in their order.
   *
   * @default "httplog"
   */
  accessLog?: AccessLog;
}
