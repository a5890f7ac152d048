// Creates a filtered database and prints its connection string: node node_client.mjs "customers from Canada"
//
// DATAVALUT_SOURCE is the source's connection string, DATAVALUT_API the API's address. See README.md.

import { randomUUID } from 'node:crypto';

const api = (process.env.DATAVALUT_API ?? 'http://localhost:8002/datavalut').replace(/\/$/, '');
const ended = ['completed', 'failed', 'cancelled'];

async function createJob(source, prompt) {
  // The key makes it safe to send the request again when no answer came.
  const response = await fetch(`${api}/create-filtered-db`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() },
    body: JSON.stringify({ source_db_connection: source, filter_prompt: prompt }),
  });
  const body = await response.json();
  if (response.status !== 202) {
    throw new Error(`Refused: ${body.message}`);
  }
  return body.job_id;
}

async function waitForEnd(jobId) {
  let shown = '';
  while (true) {
    const response = await fetch(`${api}/job/${jobId}`);
    const job = await response.json();
    if (!response.ok) {
      throw new Error(job.message);
    }
    const line = `${job.status}: ${job.message} (${Math.round(job.progress * 100)}%)`;
    if (line !== shown) {
      console.error(line);
      shown = line;
    }
    if (ended.includes(job.status)) {
      return job;
    }
    const seconds = Number(response.headers.get('Retry-After') ?? 5);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

async function main() {
  const source = process.env.DATAVALUT_SOURCE;
  const prompt = process.argv[2];
  if (!source || !prompt) {
    throw new Error('Usage: DATAVALUT_SOURCE=postgresql://… node node_client.mjs "<which rows>"');
  }
  const jobId = await createJob(source, prompt);
  console.error(`Job created: ${jobId}`);
  const job = await waitForEnd(jobId);
  if (job.status !== 'completed') {
    throw new Error(job.error ?? job.message);
  }
  console.log(job.result.connection_string);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
