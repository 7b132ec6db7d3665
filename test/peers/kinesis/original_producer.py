"""The producer as its users wrote it: rows from a fetch API, each put to a stream. Only the endpoint was added."""

import json
import sys
import urllib.request

import boto3

FETCH_API, ENDPOINT = sys.argv[1], sys.argv[2]

kinesis_client = boto3.client("kinesis", region_name="us-east-1", endpoint_url=ENDPOINT)

with urllib.request.urlopen(FETCH_API) as response:
    rows = json.loads(response.read())

for row in rows:
    kinesis_client.put_record(
        StreamName="prices",
        Data=json.dumps(row),
        PartitionKey=row["country"],
    )
