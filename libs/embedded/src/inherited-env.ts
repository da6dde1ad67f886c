const names = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'JAVA_HOME', 'KRUISPUNT_DATA'] as const;

/** What of this process' environment its children may have; never a `KP_` setting, for each app refuses those it does not know. */
export const inheritedEnv = (): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
