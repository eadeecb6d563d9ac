/** The element that the page is known to have. */
export function find(selector: string, root: ParentNode = document): HTMLElement {
  return findAs(HTMLElement, selector, root)
}

export function findAs<E extends Element>(
  type: new () => E,
  selector: string,
  root: ParentNode = document,
): E {
  const element = root.querySelector(selector)
  if (!(element instanceof type)) throw new Error(`the page has no ${selector}`)
  return element
}

/** A copy of what is in a template. */
export function stamp(template: string): HTMLElement {
  const { content } = findAs(HTMLTemplateElement, `#${template}`)
  return (content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement
}

/** Puts texts where `data-` attributes of the same names are. */
export function fill(root: ParentNode, texts: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(texts)) {
    const place = find(`[data-${name}]`, root)
    if (place.textContent !== text) place.textContent = text
  }
}

export function svg<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
): SVGElementTagNameMap[Name] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  return element
}
