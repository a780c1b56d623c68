"""Writes recordedCalls.json: what boto3 sends. Run it with an endpoint that ./lab aws gives:

    AWS_ENDPOINT_URL=http://127.0.0.1:PORT python3 recordCalls.py

Answers are thrown away; the times are fixed, so that the file changes with boto3 only.
"""
import base64
import datetime
import json
import os
import pathlib

import boto3
from botocore.exceptions import ClientError

os.environ.update(AWS_ACCESS_KEY_ID="lab", AWS_SECRET_ACCESS_KEY="lab", AWS_DEFAULT_REGION="eu-central-1")
calls = []
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
END = START + datetime.timedelta(minutes=5)
BALANCER = {"Name": "LoadBalancer", "Value": "LOADBALANCER"}
KEPT = ("content-type", "smithy-protocol", "x-amz-target")


def call(service, method, **arguments):
    client = boto3.client(service)

    def keep(request, **_):
        body = request.body if isinstance(request.body, bytes) else (request.body or "").encode()
        headers = {k.lower(): v.decode() if isinstance(v, bytes) else v for k, v in request.headers.items()}
        calls.append({
            "call": f"{service}.{method}",
            "path": request.url.split("/", 3)[3],
            "headers": {k: v for k, v in headers.items() if k in KEPT},
            "body": base64.b64encode(body).decode(),
        })

    client.meta.events.register("before-send", keep)
    try:
        getattr(client, method)(**arguments)
    except ClientError:
        pass


def stat(name, period, statistic):
    metric = {"Namespace": "AWS/ApplicationELB", "MetricName": name, "Dimensions": [BALANCER]}
    return {"Metric": metric, "Period": period, "Stat": statistic}


call("sts", "get_caller_identity")
call("elbv2", "describe_load_balancers", Names=["lb"], PageSize=1)
call("elbv2", "describe_target_groups", Names=["app"])
call("elbv2", "describe_target_health", TargetGroupArn="TARGETGROUP", Targets=[{"Id": "i-00000000000000112", "Port": 3000}])
call("elbv2", "describe_tags", ResourceArns=["TARGETGROUP"])
call("ec2", "describe_instances", Filters=[{"Name": "tag:Name", "Values": ["app2", "app3"]}])
call("ec2", "describe_security_groups", GroupNames=["app"])
call("rds", "describe_db_instances", Filters=[{"Name": "engine", "Values": ["postgres"]}])
call("cloudwatch", "list_metrics", Namespace="AWS/ApplicationELB", Dimensions=[{"Name": "LoadBalancer"}])
call("cloudwatch", "get_metric_statistics", Namespace="AWS/ApplicationELB", MetricName="RequestCount",
     Dimensions=[BALANCER], StartTime=START, EndTime=END, Period=60, Statistics=["Sum", "Average"])
call("cloudwatch", "get_metric_data", StartTime=START, EndTime=END, ScanBy="TimestampAscending",
     MetricDataQueries=[{"Id": "requests", "MetricStat": stat("RequestCount", 60, "Sum")}])
version = {"boto3": boto3.__version__, "calls": calls}
pathlib.Path(__file__).with_name("recordedCalls.json").write_text(json.dumps(version, indent=2) + "\n")
