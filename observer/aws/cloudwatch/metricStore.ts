/** What a metric is of: CloudWatch's dimensions, by name. */
export type Dimensions = Readonly<Record<string, string>>;

export interface MetricName {
  namespace: string;
  name: string;
  dimensions: Dimensions;
}

/** Values of one period, as CloudWatch keeps them: the single ones are not known any more. */
export interface Datapoint {
  /** Begin of the period, milliseconds since the epoch. */
  at: number;
  sum: number;
  min: number;
  max: number;
  count: number;
}

/** CloudWatch keeps points of less than a minute for three hours. */
export const KEPT_SECONDS = 3 * 3600;

/** Metrics second by second, for three hours. No clock of its own. */
export class MetricStore {
  private readonly series = new Map<string, { metric: MetricName; values: Ring }>();

  /** A value that was measured. */
  gauge(metric: MetricName, at: number, value: number): void {
    this.add(metric, at, { sum: value, min: value, max: value, count: 1 });
  }

  /** So many things that happened, each of which is a 1 to CloudWatch. */
  count(metric: MetricName, at: number, times: number): void {
    if (times > 0) this.add(metric, at, { sum: times, min: 1, max: 1, count: times });
  }

  /** The metrics that have ever had a value, in the order in which they got the first. */
  names(): MetricName[] {
    return [...this.series.values()].map(({ metric }) => metric);
  }

  /**
   * Points of a metric, oldest first; periods without a value have none.
   *
   * @param from milliseconds since the epoch, the begin of a period
   * @param to milliseconds since the epoch, not included
   * @param period in seconds
   */
  read(metric: MetricName, { from, to, period }: Range): Datapoint[] {
    return this.series.get(keyOf(metric))?.values.read({ from, to, period }) ?? [];
  }

  private add(metric: MetricName, at: number, value: Omit<Datapoint, "at">): void {
    const key = keyOf(metric);
    const found = this.series.get(key) ?? { metric, values: new Ring() };
    this.series.set(key, found);
    found.values.add(Math.floor(at / 1000), value);
  }
}

export interface Range {
  from: number;
  to: number;
  period: number;
}

function keyOf({ namespace, name, dimensions }: MetricName): string {
  const pairs = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, pairs]);
}

/** The last seconds of one metric: each has a place, which the second three hours later takes over. */
class Ring {
  private readonly second = new Float64Array(KEPT_SECONDS);
  private readonly sum = new Float64Array(KEPT_SECONDS);
  private readonly min = new Float64Array(KEPT_SECONDS);
  private readonly max = new Float64Array(KEPT_SECONDS);
  private readonly count = new Float64Array(KEPT_SECONDS);
  private newest = 0;

  add(second: number, value: Omit<Datapoint, "at">): void {
    const place = second % KEPT_SECONDS;
    const fresh = this.second[place] !== second;
    this.second[place] = second;
    this.newest = Math.max(this.newest, second);
    this.sum[place] = (fresh ? 0 : this.sum[place]!) + value.sum;
    this.count[place] = (fresh ? 0 : this.count[place]!) + value.count;
    this.min[place] = fresh ? value.min : Math.min(this.min[place]!, value.min);
    this.max[place] = fresh ? value.max : Math.max(this.max[place]!, value.max);
  }

  read({ from, to, period }: Range): Datapoint[] {
    const points: Datapoint[] = [];
    const first = Math.max(Math.ceil(from / 1000), this.newest - KEPT_SECONDS + 1);
    const last = Math.min(Math.ceil(to / 1000) - 1, this.newest);
    for (let second = first; second <= last; second++) {
      const place = second % KEPT_SECONDS;
      if (this.second[place] !== second) continue;
      const at = Math.floor(second / period) * period * 1000;
      const point = points.at(-1);
      const sum = this.sum[place]!;
      const count = this.count[place]!;
      const min = this.min[place]!;
      const max = this.max[place]!;
      if (point?.at !== at) points.push({ at, sum, min, max, count });
      else {
        point.sum += sum;
        point.count += count;
        point.min = Math.min(point.min, min);
        point.max = Math.max(point.max, max);
      }
    }
    return points;
  }
}
