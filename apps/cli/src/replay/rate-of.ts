import { InvalidArgumentError } from 'commander';

/** `5`, `5/s` or `300/m`, in items per second, at least one. */
export function rateOf(text: string): number {
  const match = /^(\d{1,6})(?:\/(s|m))?$/.exec(text);
  const rate = match ? Math.floor(Number(match[1]) / (match[2] === 'm' ? 60 : 1)) : 0;
  if (rate < 1 || rate > 10_000)
    throw new InvalidArgumentError(
      'verwacht 1 tot 10 000 per seconde, bv. 5/s / expected 1 to 10 000 per second, e.g. 5/s',
    );
  return rate;
}
