"""Every operation of Firehose by boto3; says "all is well", or fails where something is not."""

import sys
import time

import boto3

firehose = boto3.client("firehose", endpoint_url=sys.argv[1], region_name="us-east-1")
NAME = "boto"
OF = {"DeliveryStreamName": NAME}

made = firehose.create_delivery_stream(
    DeliveryStreamName=NAME,
    DeliveryStreamType="DirectPut",
    ExtendedS3DestinationConfiguration={
        "RoleARN": "arn:aws:iam::000000000000:role/firehose",
        "BucketARN": "arn:aws:s3:::lake",
        "Prefix": "boto/!{timestamp:yyyy}/",
        "ErrorOutputPrefix": "boto-errors/!{firehose:error-output-type}/",
        "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 1},
        "CompressionFormat": "GZIP",
    },
    Tags=[{"Key": "team", "Value": "data"}],
)
assert made["DeliveryStreamARN"].endswith("deliverystream/boto"), made


def described():
    return firehose.describe_delivery_stream(**OF)["DeliveryStreamDescription"]


deadline = time.time() + 20
while described()["DeliveryStreamStatus"] != "ACTIVE":
    assert time.time() < deadline, described()
    time.sleep(0.1)

firehose.put_record(**OF, Record={"Data": b"row,0\n"})
batch = firehose.put_record_batch(
    **OF, Records=[{"Data": f"row,{n}\n".encode()} for n in range(1, 11)]
)
assert batch["FailedPutCount"] == 0 and len(batch["RequestResponses"]) == 10, batch
assert all(entry["RecordId"] for entry in batch["RequestResponses"]), batch

firehose.tag_delivery_stream(**OF, Tags=[{"Key": "stage", "Value": "test"}])
assert len(firehose.list_tags_for_delivery_stream(**OF)["Tags"]) == 2
firehose.untag_delivery_stream(**OF, TagKeys=["stage"])
assert len(firehose.list_tags_for_delivery_stream(**OF)["Tags"]) == 1

firehose.start_delivery_stream_encryption(**OF)
assert described()["DeliveryStreamEncryptionConfiguration"]["Status"] == "ENABLED"
firehose.stop_delivery_stream_encryption(**OF)

names = firehose.list_delivery_streams(Limit=50)["DeliveryStreamNames"]
assert NAME in names and "people" in names, names

try:
    firehose.put_record(DeliveryStreamName="nowhere", Record={"Data": b"x"})
    raise SystemExit("a stream that is none took a record")
except firehose.exceptions.ResourceNotFoundException:
    pass
try:
    firehose.update_destination(
        **OF,
        CurrentDeliveryStreamVersionId="9",
        DestinationId="destinationId-000000000001",
        ExtendedS3DestinationUpdate={"Prefix": "x/"},
    )
    raise SystemExit("a version that is none was taken")
except firehose.exceptions.ConcurrentModificationException:
    pass

# What was put is delivered before the destination changes its version in the objects' names.
time.sleep(3)
firehose.update_destination(
    **OF,
    CurrentDeliveryStreamVersionId=described()["VersionId"],
    DestinationId="destinationId-000000000001",
    ExtendedS3DestinationUpdate={"BufferingHints": {"SizeInMBs": 2, "IntervalInSeconds": 2}},
)
assert described()["VersionId"] == "2"
firehose.delete_delivery_stream(**OF)
deadline = time.time() + 20
while True:
    try:
        described()
    except firehose.exceptions.ResourceNotFoundException:
        break
    assert time.time() < deadline, "it is not deleted"
    time.sleep(0.1)
print("all is well")
