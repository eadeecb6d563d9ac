import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pages, proseOf, readPage } from '../support/pages.js'
import { projectRoot } from '../support/program.js'

/** Where a link of a page leads to in the project; undefined for those that leave it. */
function target(
  page: string,
  link: string,
): { path: string; anchor: string | undefined } | undefined {
  if (/^[a-z]+:/.test(link)) return undefined
  const [path = '', anchor] = link.split('#')
  const absolute = path === '' ? page : join(dirname(page), decodeURIComponent(path))
  return { path: relative('.', absolute), anchor }
}

const linksOf = (page: string): string[] =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)|(?:href|src|srcset)="([^"]+)"/g)].map(
    ([, link, attribute]) => link ?? String(attribute),
  )

/** The anchors of a page's titles, as GitHub makes them, and TypeDoc after it. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, title = ''] of readPage(page).matchAll(/^#{1,6} (.*)$/gm)) {
    const text = title.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const anchor = text.replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')
    let unique = anchor
    for (let count = 1; anchors.has(unique); count++) unique = `${anchor}-${count}`
    anchors.add(unique)
  }
  return anchors
}

/** What leads nowhere. */
function deadLinks(page: string): string[] {
  return linksOf(page).filter((link) => {
    const place = target(page, link)
    if (place === undefined) return false
    if (!existsSync(join(projectRoot, place.path))) return true
    return place.anchor !== undefined && !anchorsOf(place.path).has(place.anchor)
  })
}

describe('links', () => {
  it('are found', () => {
    expect(pages.flatMap(linksOf).length).toBeGreaterThan(100)
  })

  it.each(pages)('of %s lead somewhere', (page) => {
    expect(deadLinks(page)).toEqual([])
  })
})
