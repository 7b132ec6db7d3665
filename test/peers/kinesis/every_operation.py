"""boto3 drives every operation of Kinesis; prints the names of those it drove, one a line. Arguments: endpoint."""

import sys
import time

import boto3
from botocore.config import Config

kinesis = boto3.client("kinesis", endpoint_url=sys.argv[1], config=Config(retries={"total_max_attempts": 1}))
name, driven = "python", []


def call(operation, **given):
    driven.append(operation)
    return getattr(kinesis, operation)(**given)


def read(shard, kind="TRIM_HORIZON", **more):
    it = call("get_shard_iterator", StreamName=name, ShardId=shard, ShardIteratorType=kind, **more)["ShardIterator"]
    out = []
    while it:
        got = call("get_records", ShardIterator=it)
        out += got["Records"]
        if not got["Records"] and got["MillisBehindLatest"] == 0:
            break
        it = got.get("NextShardIterator")
    return out


call("create_stream", StreamName=name, ShardCount=2)
kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 5})
one = call("put_record", StreamName=name, Data=b"\x00\xffbytes", PartitionKey="a")
many = call("put_records", StreamName=name, Records=[{"Data": str(i).encode(), "PartitionKey": f"k{i}"} for i in range(500)])
assert many["FailedRecordCount"] == 0 and len({r["SequenceNumber"] for r in many["Records"]}) == 500
back = read("shardId-000000000000") + read("shardId-000000000001")
assert sorted(r["Data"] for r in back) == sorted([b"\x00\xffbytes"] + [str(i).encode() for i in range(500)])
at = read(one["ShardId"], "AT_SEQUENCE_NUMBER", StartingSequenceNumber=one["SequenceNumber"])
assert at[0]["Data"] == b"\x00\xffbytes" and at[0]["SequenceNumber"] == one["SequenceNumber"]
arn = call("describe_stream_summary", StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
call("split_shard", StreamName=name, ShardToSplit="shardId-000000000000", NewStartingHashKey="1000")
call("merge_shards", StreamName=name, ShardToMerge="shardId-000000000002", AdjacentShardToMerge="shardId-000000000003")
call("update_shard_count", StreamName=name, TargetShardCount=3, ScalingType="UNIFORM_SCALING")
shards = call("list_shards", StreamName=name)["Shards"]
assert len([s for s in shards if "EndingSequenceNumber" not in s["SequenceNumberRange"]]) == 3
assert call("describe_stream", StreamName=name)["StreamDescription"]["Shards"] == shards
call("increase_stream_retention_period", StreamName=name, RetentionPeriodHours=72)
call("decrease_stream_retention_period", StreamName=name, RetentionPeriodHours=48)
call("add_tags_to_stream", StreamName=name, Tags={"a": "1", "b": "2"})
call("remove_tags_from_stream", StreamName=name, TagKeys=["a"])
assert call("list_tags_for_stream", StreamName=name)["Tags"] == [{"Key": "b", "Value": "2"}]
call("tag_resource", ResourceARN=arn, Tags={"c": "3"})
call("untag_resource", ResourceARN=arn, TagKeys=["b"])
assert call("list_tags_for_resource", ResourceARN=arn)["Tags"] == [{"Key": "c", "Value": "3"}]
call("start_stream_encryption", StreamName=name, EncryptionType="KMS", KeyId="alias/aws/kinesis")
call("stop_stream_encryption", StreamName=name, EncryptionType="KMS", KeyId="alias/aws/kinesis")
call("enable_enhanced_monitoring", StreamName=name, ShardLevelMetrics=["ALL"])
call("disable_enhanced_monitoring", StreamName=name, ShardLevelMetrics=["ALL"])
call("put_resource_policy", ResourceARN=arn, Policy='{"Version":"2012-10-17"}')
assert call("get_resource_policy", ResourceARN=arn)["Policy"] == '{"Version":"2012-10-17"}'
call("delete_resource_policy", ResourceARN=arn)
consumer = call("register_stream_consumer", StreamARN=arn, ConsumerName="fan")["Consumer"]["ConsumerARN"]
call("describe_stream_consumer", ConsumerARN=consumer)
assert len(call("list_stream_consumers", StreamARN=arn)["Consumers"]) == 1
pushed = call("subscribe_to_shard", ConsumerARN=consumer, ShardId="shardId-000000000001", StartingPosition={"Type": "TRIM_HORIZON"})
got, until = 0, time.time() + 20
for event in pushed["EventStream"]:
    got += len(event["SubscribeToShardEvent"]["Records"])
    if event["SubscribeToShardEvent"].get("ChildShards") or time.time() > until:
        break
assert got == len(read("shardId-000000000001"))
call("deregister_stream_consumer", ConsumerARN=consumer)
call("update_max_record_size", StreamARN=arn, MaxRecordSizeInKiB=2048)
call("update_stream_mode", StreamARN=arn, StreamModeDetails={"StreamMode": "ON_DEMAND"})
call("update_stream_warm_throughput", StreamARN=arn, WarmThroughputMiBps=10)
call("update_stream_record_distribution_strategy", StreamARN=arn, RecordDistributionStrategy="AUTO")
call("put_record", StreamName=name, Data=b"no key")
assert name in call("list_streams")["StreamNames"]
call("describe_limits")
call("describe_account_settings")
call("update_account_settings", MinimumThroughputBillingCommitment={"Status": "DISABLED"})
call("delete_stream", StreamName=name)
kinesis.get_waiter("stream_not_exists").wait(StreamName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 5})
print("\n".join(sorted(set(driven))))
