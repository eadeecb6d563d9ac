/** What inspect.ts is, for pages: a console there shows everything. */
export function showAll(_target: object, _all: object): void {
  // It does so anyway.
}
