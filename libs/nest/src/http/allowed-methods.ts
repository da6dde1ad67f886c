/** Which methods each path answers, so that a wrong method is told apart from a wrong path. */
export class AllowedMethods {
  private readonly routes: { readonly methods: readonly string[]; readonly pattern: RegExp }[] = [];

  /** Adds one route of the router: `path` as it has it, with `:name` for a parameter and `*` for the rest. */
  add(methods: readonly string[], path: string): void {
    const pattern = path
      .split('/')
      .map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : part.replace(/[^\w-]/g, '\\$&')))
      .join('/');
    this.routes.push({ methods, pattern: new RegExp(`^${pattern}$`) });
  }

  /** The methods that exist at `url` (its query is ignored); none when the path does not exist at all. */
  at(url: string): readonly string[] {
    const path = url.split('?', 1)[0] ?? '';
    return [
      ...new Set(this.routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods)),
    ].sort();
  }
}
