import type { TargetHealth } from "./targetHealth";
import type { VisitCount } from "./visitStore";

/** What `/` and `/api` tell about one request. */
export interface Status {
  node: string;
  storageDriver: string;
  /** The target group as the load balancer sees it; null when the node was reached without it. */
  targets: TargetHealth[] | null;
  /** Null while the database is down. */
  counter: VisitCount | null;
  /** `up`, or `down: ` and the cause. */
  database: string;
  requestId: string;
  uptimeSeconds: number;
}
