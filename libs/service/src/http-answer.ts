import type { ServerResponse } from 'node:http';

/** Answers with a text of known length and ends the response. */
export function answerText(
  response: ServerResponse,
  status: number,
  text: string,
  contentType = 'text/plain; charset=utf-8',
): void {
  const body = Buffer.from(text);
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': body.length });
  response.end(body);
}

/** Answers with a JSON value, indented for people, and ends the response. */
export function answerJson(response: ServerResponse, status: number, value: unknown): void {
  answerText(response, status, `${JSON.stringify(value, undefined, 2)}\n`, 'application/json; charset=utf-8');
}
