/** The well-known transform: the values of a JSON object, joined by commas, as a line. */

export const handler = async (event) => {
  const output = [];
  for (const record of event.records) {
    const payload = JSON.parse(Buffer.from(record.data, "base64").toString("utf-8"));
    const row = `${Object.values(payload)
      .map((value) => String(value))
      .join(",")}\n`;
    output.push({
      recordId: record.recordId,
      result: "Ok",
      data: Buffer.from(row).toString("base64"),
    });
  }
  return { records: output };
};
