import type { Condition, Listener, Rule, Transform } from "../../../lib/haproxy/albTypes";
import { defaultActionOf } from "../../../lib/haproxy/listenerRules";
import { labListeners } from "../balancer";
import type { AwsFacts } from "../facts";
import { ruleArn } from "../names";
import type { Document } from "../wire/document";
import { textOf, textsOf } from "../wire/input";
import { invalid, Problem } from "../wire/problem";
import type { Input } from "../wire/query";
import { actionsOf } from "./actions";
import { needListener, pageFor } from "./found";

export function describeRules(input: Input, lab: AwsFacts): Document {
  const listener = textOf(input, "ListenerArn");
  const arns = textsOf(input, "RuleArns");
  if ((listener === undefined) === (arns === undefined)) {
    throw invalid("You must specify either rule ARNs or a listener ARN");
  }
  const wanted =
    listener !== undefined
      ? rulesOf(lab, needListener(lab, listener))
      : rulesNamed(lab, arns ?? []);
  const { items, next } = pageFor(wanted, input);
  return { Rules: items, NextMarker: next };
}

function rulesNamed(lab: AwsFacts, arns: string[]): Document[] {
  const all = labListeners(lab.settings).flatMap((one) => rulesOf(lab, one));
  return arns.map((arn) => {
    const found = all.find(({ RuleArn }) => RuleArn === arn);
    if (!found) throw new Problem("RuleNotFound", `One or more rules not found: '${arn}'`);
    return found;
  });
}

/** In the order in which they are tried; the default rule is the last. */
function rulesOf(lab: AwsFacts, listener: Listener): Document[] {
  const { port, rules = [] } = listener;
  return [
    ...[...rules].sort((a, b) => a.priority - b.priority).map((rule) => described(lab, port, rule)),
    {
      RuleArn: ruleArn(lab, port, "default"),
      Priority: "default",
      Conditions: [],
      Actions: actionsOf(lab, defaultActionOf(listener)),
      IsDefault: true,
    },
  ];
}

function described(lab: AwsFacts, port: number, rule: Rule): Document {
  const { priority, conditions, action, transforms } = rule;
  return {
    RuleArn: ruleArn(lab, port, priority),
    Priority: String(priority),
    Conditions: conditions.map(conditionOf),
    Actions: actionsOf(lab, action),
    IsDefault: false,
    Transforms: transforms?.map(transformOf),
  };
}

function transformOf({ type, regex, replace }: Transform): Document {
  const rewrites = { Rewrites: [{ Regex: regex, Replace: replace }] };
  return {
    Type: type,
    [type === "url-rewrite" ? "UrlRewriteConfig" : "HostHeaderRewriteConfig"]: rewrites,
  };
}

function conditionOf(condition: Condition): Document {
  const { field, values } = condition;
  switch (field) {
    case "host-header":
      return { Field: field, Values: values, HostHeaderConfig: { Values: values } };
    case "path-pattern":
      return { Field: field, Values: values, PathPatternConfig: { Values: values } };
    case "http-header":
      return {
        Field: field,
        HttpHeaderConfig: { HttpHeaderName: condition.name, Values: values },
      };
    case "http-request-method":
      return { Field: field, HttpRequestMethodConfig: { Values: values } };
    case "query-string":
      return {
        Field: field,
        QueryStringConfig: { Values: values.map(({ key, value }) => ({ Key: key, Value: value })) },
      };
    case "source-ip":
      return { Field: field, SourceIpConfig: { Values: values } };
  }
}
