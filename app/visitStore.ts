/** Visits of one app node. */
export interface NodeVisits {
  node: string;
  visits: number;
  /** When the node last counted a visit, ISO 8601. */
  lastVisitAt: string;
}

export interface VisitCount {
  /** Visits that this node answered, this one included. */
  node: number;
  /** Visits that all nodes answered, this one included. */
  total: number;
  /** Every node that ever answered, by name. */
  nodes: NodeVisits[];
}

/** Counts visits; the seam where tests put a store of their own. */
export interface VisitStore {
  /** Adds one visit of `node`. Rejects with a `StoreDown` error when the database cannot be used. */
  count(node: string): Promise<VisitCount>;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Error whose message is safe to show: it names a cause, never an address, a user or a password. */
export class StoreDown extends Error {
  override readonly name = "StoreDown";
}

/** Stands in when no database is configured: the service runs and says what it lacks. */
export const noStore: VisitStore = {
  count: () => Promise.reject(new StoreDown("not configured")),
  ping: () => Promise.reject(new StoreDown("not configured")),
  close: () => Promise.resolve(),
};
