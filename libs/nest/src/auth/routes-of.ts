import { strict as assert } from 'node:assert';
import { RequestMethod, type INestApplicationContext } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { accessKey, type Access } from './access.js';

/** One HTTP route as the router has it. */
export interface Route {
  readonly handler: string;
  readonly verb: string;
  readonly path: string;
  readonly access: Access | undefined;
}

type Class = abstract new (...args: never[]) => object;

const paths = (of: object): readonly string[] => {
  const path: unknown = Reflect.getMetadata(PATH_METADATA, of);
  return Array.isArray(path) ? (path as string[]) : [typeof path === 'string' ? path : ''];
};

const joined = (...parts: readonly string[]): string =>
  '/' +
  parts
    .map((part) => part.replace(/^\/+|\/+$/g, ''))
    .filter((part) => part !== '')
    .join('/');

function routesOfController(controller: Class): readonly Route[] {
  const prototype = controller.prototype as Record<string, object>;
  return new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
    const method = prototype[name];
    const verb: unknown = method && Reflect.getMetadata(METHOD_METADATA, method);
    if (!method || typeof verb !== 'number') return [];
    const access = (Reflect.getMetadata(accessKey, method) ?? Reflect.getMetadata(accessKey, controller)) as
      Access | undefined;
    const handler = `${controller.name}.${name}`;
    return paths(controller).flatMap((prefix) =>
      paths(method).map((path) => ({
        handler,
        verb: RequestMethod[verb] ?? 'ALL',
        path: joined(prefix, path),
        access,
      })),
    );
  });
}

/** Every HTTP route of the application, with who may call it. */
export const routesOf = (app: INestApplicationContext): readonly Route[] =>
  [...app.get(ModulesContainer).values()].flatMap((module) =>
    [...module.controllers.values()].flatMap(({ metatype }) => (metatype ? routesOfController(metatype as Class) : [])),
  );

/** Refuses to go on when a route says neither `@Public()` nor `@RequireScope(…)` (security.md S1). */
export function assertEveryRouteIsGuarded(app: INestApplicationContext): void {
  const open = routesOf(app).filter(({ access }) => access === undefined);
  assert.equal(open.length, 0, `no @Public() or @RequireScope() on ${open.map(({ handler }) => handler).join(', ')}`);
}
