import type { NodeAPI } from 'node-red';

/** `GET /bench/memory`: the process's resident size now and at its greatest so far, in MB. */
export = (RED: NodeAPI): void => {
  RED.httpNode.get('/bench/memory', (_request, response) => {
    const megabytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);
    response.json({
      now: megabytes(process.memoryUsage.rss()),
      peak: megabytes(process.resourceUsage().maxRSS * 1024),
    });
  });
};
