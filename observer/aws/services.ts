import { describeInstances } from "./ec2/instances";
import { describeSubnets, describeVpcs } from "./ec2/network";
import { describeSecurityGroups } from "./ec2/securityGroups";
import { describeLoadBalancerAttributes, describeTargetGroupAttributes } from "./elbv2/attributes";
import { describeListeners } from "./elbv2/listeners";
import { describeLoadBalancers } from "./elbv2/loadBalancers";
import { describeRules } from "./elbv2/rules";
import { describeTags } from "./elbv2/tags";
import { describeTargetGroups } from "./elbv2/targetGroups";
import { describeTargetHealth } from "./elbv2/targetHealth";
import { getMetricData } from "./cloudwatch/metricData";
import { getMetricStatistics } from "./cloudwatch/metricStatistics";
import { listMetrics } from "./cloudwatch/listMetrics";
import type { AwsFacts } from "./facts";
import { describeDbInstances } from "./rds";
import { getCallerIdentity } from "./sts";
import type { Document } from "./wire/document";
import type { Input } from "./wire/query";

/** Answers a call from what is known. @throws Problem for a call that AWS would refuse */
export type Action = (input: Input, lab: AwsFacts) => Document;

export interface Service {
  /** As boto3 and the AWS CLI call it. */
  name: string;
  /** Version of its API, by which a call of the query protocol says which service it is for. */
  version: string;
  namespace: string;
  /** EC2's variant of the query protocol, or the one that the others have. */
  protocol: "query" | "ec2";
  actions: Readonly<Record<string, Action>>;
}

/** The APIs that are answered; versions and namespaces are those of botocore's service models. */
export const SERVICES: readonly Service[] = [
  {
    name: "elbv2",
    version: "2015-12-01",
    namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
    protocol: "query",
    actions: {
      DescribeListeners: describeListeners,
      DescribeLoadBalancerAttributes: describeLoadBalancerAttributes,
      DescribeLoadBalancers: describeLoadBalancers,
      DescribeRules: describeRules,
      DescribeTags: describeTags,
      DescribeTargetGroupAttributes: describeTargetGroupAttributes,
      DescribeTargetGroups: describeTargetGroups,
      DescribeTargetHealth: describeTargetHealth,
    },
  },
  {
    name: "cloudwatch",
    version: "2010-08-01",
    namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
    protocol: "query",
    actions: {
      GetMetricData: getMetricData,
      GetMetricStatistics: getMetricStatistics,
      ListMetrics: listMetrics,
    },
  },
  {
    name: "ec2",
    version: "2016-11-15",
    namespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
    protocol: "ec2",
    actions: {
      DescribeInstances: describeInstances,
      DescribeSecurityGroups: describeSecurityGroups,
      DescribeSubnets: describeSubnets,
      DescribeVpcs: describeVpcs,
    },
  },
  {
    name: "rds",
    version: "2014-10-31",
    namespace: "http://rds.amazonaws.com/doc/2014-10-31/",
    protocol: "query",
    actions: { DescribeDBInstances: describeDbInstances },
  },
  {
    name: "sts",
    version: "2011-06-15",
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    protocol: "query",
    actions: { GetCallerIdentity: getCallerIdentity },
  },
];
