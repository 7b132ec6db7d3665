/** Keys of partitions from a function: by first letter; digits fail, "x" is dropped, "hang" never ends. */

export const handler = async ({ records }) => ({
  records: await Promise.all(records.map(judge)),
});

async function judge({ recordId, data }) {
  const text = Buffer.from(data, "base64").toString();
  if (text === "hang") {
    for (;;) {}
  }
  if (text.startsWith("x")) {
    return { recordId, result: "Dropped" };
  }
  return /^\d/.test(text)
    ? { recordId, result: "ProcessingFailed" }
    : { recordId, result: "Ok", data, metadata: { partitionKeys: { letter: text[0] } } };
}
