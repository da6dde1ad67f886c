import { describe, expect, it } from '@jest/globals';
import { readOptions, Usage } from './options.js';

const read = (...args: string[]) => readOptions(args, process.cwd());

describe('what a person types behind npm start', () => {
  it('means: keep the data and go on running, when nothing is typed', () => {
    expect(read()).toEqual({ once: false, data: undefined, report: undefined, fresh: false, help: false });
  });

  it('takes paths from where the person stands', () => {
    expect(read('--once', '--report', 'dag.json', `--data=${import.meta.dirname}`)).toMatchObject({
      once: true,
      report: `${process.cwd()}/dag.json`,
      data: import.meta.dirname,
    });
  });

  it.each([
    ['an unknown word', ['--twice']],
    ['a contradiction', ['--keep', '--fresh']],
    ['a missing value', ['--report']],
    ['a folder that is not there', ['--data', 'nergens']],
  ])('is refused with its reason for %s', (_case, args) => {
    expect(() => read(...args)).toThrow(Usage);
  });
});
