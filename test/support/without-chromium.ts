import { beforeEach } from 'vitest'
import { hasChromium } from './chromium.js'
import { requires } from './requires.js'

/** Where there is no Chromium its tests are collected in Node, and reported as skipped. */
beforeEach(requires('chromium', hasChromium))
