import type { VisitCount } from "./visitStore";

/** What `/` and `/api` tell about one request. */
export interface Status {
  node: string;
  storageDriver: string;
  /** Null while the database is down. */
  counter: VisitCount | null;
  /** `up`, or `down: ` and the cause. */
  database: string;
  requestId: string;
  uptimeSeconds: number;
}
