// One line per long step: what, how far, how long. On a terminal the line is redrawn; elsewhere each change is a line.

const seconds = (ms) => (ms < 9_950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`);

/** Runs `work` under a title on stderr; `work` may call `tell(text)` to say how far it is. Its error is passed on. */
export async function step(title, work) {
  const started = Date.now();
  const live = process.stderr.isTTY && process.env.TERM !== 'dumb' && !process.env.CI;
  let told = '';
  const draw = () => {
    if (live)
      process.stderr.write(`\r\x1b[2K  … ${title}${told ? ` — ${told}` : ''} (${seconds(Date.now() - started)})`);
  };
  if (!live) process.stderr.write(`  … ${title}\n`);
  const timer = live
    ? setInterval(draw, 200)
    : setInterval(
        () => process.stderr.write(`  … ${title}${told ? ` — ${told}` : ''} (${seconds(Date.now() - started)})\n`),
        10_000,
      );
  try {
    const result = await work((text) => {
      told = text;
      draw();
    });
    clearInterval(timer);
    process.stderr.write(
      `${live ? '\r\x1b[2K' : ''}  ✓ ${title}${typeof result === 'string' ? ` — ${result}` : ''} (${seconds(Date.now() - started)})\n`,
    );
    return result;
  } catch (error) {
    clearInterval(timer);
    process.stderr.write(`${live ? '\r\x1b[2K' : ''}  ✗ ${title} (${seconds(Date.now() - started)})\n`);
    throw error;
  }
}
