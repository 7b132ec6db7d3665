"""AWS's own name of JSON is written as JSON."""

import schemathesis

schemathesis.serializer.alias("application/x-amz-json-1.1", "application/json")
