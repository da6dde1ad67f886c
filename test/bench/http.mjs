// A keep-alive HTTP client for load: one pool, bodies that are ready, statuses that are checked.
import { Pool } from 'undici';

export function client(url, { connections, headers = {} }) {
  const pool = new Pool(url, { connections, pipelining: 1 });
  return {
    /** Posts and throws unless the status is `expected`; answers the status. */
    async post(path, body, more = {}, expected = 202) {
      const { statusCode, body: answer } = await pool.request({
        path,
        method: 'POST',
        headers: { ...headers, ...more },
        body,
      });
      if (statusCode === expected) {
        await answer.dump({ limit: 1 << 24 });
        return statusCode;
      }
      throw new Error(`${url}${path}: ${statusCode} ${(await answer.text()).slice(0, 400)}`);
    },
    close: () => pool.close(),
  };
}
