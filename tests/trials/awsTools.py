"""boto3, unmodified, reads a lab. The endpoint is AWS_ENDPOINT_URL.

    awsTools.py calls      every call, its errors, and the waiters; prints what was found as JSON
    awsTools.py watch ID   waits until a target is unhealthy; prints when, in seconds since the epoch
"""
import datetime
import json
import sys
import time

import boto3
from botocore.exceptions import ClientError

elbv2, ec2, rds, cloudwatch, sts = map(boto3.client, ("elbv2", "ec2", "rds", "cloudwatch", "sts"))


def group():
    return elbv2.describe_target_groups(Names=["app"])["TargetGroups"][0]["TargetGroupArn"]


def states():
    found = elbv2.describe_target_health(TargetGroupArn=group())["TargetHealthDescriptions"]
    return {one["Target"]["Id"]: one["TargetHealth"]["State"] for one in found}


def refused(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "none"


def calls():
    balancer = elbv2.describe_load_balancers()["LoadBalancers"][0]
    arn = balancer["LoadBalancerArn"]
    listeners = elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]
    elbv2.get_waiter("load_balancer_available").wait(LoadBalancerArns=[arn])
    elbv2.get_waiter("target_in_service").wait(TargetGroupArn=group())
    ec2.get_waiter("instance_running").wait()
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier="db")
    end = datetime.datetime.now(datetime.timezone.utc)
    times = {"StartTime": end - datetime.timedelta(minutes=5), "EndTime": end}
    dimensions = [{"Name": "LoadBalancer", "Value": arn.split(":loadbalancer/")[1]}]
    metric = {"Namespace": "AWS/ApplicationELB", "MetricName": "RequestCount", "Dimensions": dimensions}
    query = {"Id": "a", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
    points = cloudwatch.get_metric_statistics(**metric, **times, Period=60, Statistics=["Sum"])["Datapoints"]
    data = cloudwatch.get_metric_data(MetricDataQueries=[query], **times)["MetricDataResults"][0]
    return {
        "account": sts.get_caller_identity()["Account"],
        "states": states(),
        "rules": len(elbv2.describe_rules(ListenerArn=listeners[0]["ListenerArn"])["Rules"]),
        "attributes": len(elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]),
        "groupAttributes": len(elbv2.describe_target_group_attributes(TargetGroupArn=group())["Attributes"]),
        "tags": len(elbv2.describe_tags(ResourceArns=[arn, group()])["TagDescriptions"]),
        "instances": [
            instance["PrivateIpAddress"]
            for page in ec2.get_paginator("describe_instances").paginate()
            for reservation in page["Reservations"]
            for instance in reservation["Instances"]
        ],
        "groups": [one["GroupName"] for one in ec2.describe_security_groups()["SecurityGroups"]],
        "subnets": len(ec2.describe_subnets()["Subnets"]),
        "vpcs": len(ec2.describe_vpcs()["Vpcs"]),
        "database": rds.describe_db_instances()["DBInstances"][0]["DBInstanceStatus"],
        "metrics": sorted({one["MetricName"] for one in cloudwatch.list_metrics()["Metrics"]}),
        "requests": [sum(one["Sum"] for one in points), sum(data["Values"])],
        "refused": [
            refused(elbv2.describe_load_balancers, Names=["x"]),
            refused(elbv2.delete_load_balancer, LoadBalancerArn=arn),
            refused(ec2.describe_instances, Filters=[{"Name": "x", "Values": ["y"]}]),
            refused(ec2.run_instances, MinCount=1, MaxCount=1),
            refused(rds.describe_db_instances, DBInstanceIdentifier="x"),
            refused(cloudwatch.put_metric_data, Namespace="x", MetricData=[]),
        ],
    }


def watch(target):
    end = time.time() + 60
    while states()[target] != "unhealthy":
        if time.time() > end:
            sys.exit(f"{target} is not unhealthy after 60 s")
        time.sleep(0.02)
    return time.time()


print(json.dumps(calls() if sys.argv[1] == "calls" else watch(sys.argv[2])))
