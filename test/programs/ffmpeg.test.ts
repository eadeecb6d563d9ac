import { spawnSync } from 'node:child_process'
import { beforeEach, describe, expect, it } from 'vitest'
import { Reply } from 'zerowire'
import { FilterControl } from '../../examples/ffmpeg/control.js'
import { LiveFilter, PICTURE, TONE } from '../../examples/ffmpeg/live.js'
import { requires } from '../support/requires.js'
import { runScript } from '../support/run-script.js'
import { track } from '../support/track.js'
import { bindFresh } from '../support/transports.js'

const requireFfmpeg = requires('ffmpeg', () => {
  const { stdout } = spawnSync('ffmpeg', ['-hide_banner', '-filters'], { encoding: 'utf8' })
  return typeof stdout === 'string' && stdout.includes(' azmq ')
})

describe('the control of a running ffmpeg', { timeout: 120_000 }, () => {
  beforeEach(requireFfmpeg)

  it('changes a picture, and changes it back', async () => {
    await LiveFilter.run(PICTURE, async (live) => {
      const before = await live.until(() => true)
      for (let times = 0; times < 5; times++) {
        expect(await live.control.command('hue@look', 'b', '3')).toBe('')
        const brighter = await live.until((level) => level > before + 20)
        expect(brighter).toBeLessThanOrEqual(255)
        await live.control.command('hue@look', 'b', '0')
        await live.until((level) => level < before + 10)
      }
    })
  })

  it('changes a tone', async () => {
    await LiveFilter.run(TONE, async (live) => {
      const before = await live.until((level) => level > 0)
      await live.control.command('volume@knob', 'volume', '4')
      await live.until((level) => Math.abs(level - 4 * before) < before / 10)
      await live.control.command('volume@knob', 'volume', '0')
      await live.until((level) => level === 0)
    })
  })

  it('tells what ffmpeg does not do, and goes on', async () => {
    await LiveFilter.run(PICTURE, async (live) => {
      const { control } = live
      await expect(control.command('hue@sound', 'b', '3')).rejects.toThrow('hue@sound b: ')
      await expect(control.command('hue@look', 'x', '3')).rejects.toThrow('hue@look x: ')
      await expect(control.command('', 'b')).rejects.toThrow(TypeError)
      await expect(control.command('hue@look', ' ')).rejects.toThrow(TypeError)
      expect(await control.command('all', 'b', '3')).toBe('')
    })
  })

  it('ends with ffmpeg', async () => {
    const sick = { ...PICTURE, format: ['-f', 'nothing-of-this-name'] }
    await expect(LiveFilter.run(sick, () => new Promise(() => undefined))).rejects.toThrow(
      'ffmpeg has ended',
    )
    const failed = LiveFilter.run(PICTURE, () => Promise.reject(new Error('enough')))
    await expect(failed).rejects.toThrow('enough')
  })
})

describe('what is no ffmpeg', () => {
  it('is not believed, nor waited for', async () => {
    const reply = track(new Reply())
    const control = new FilterControl(await bindFresh(reply))
    const answers = ['hello', '0 Success\ntwo\nlines', '38 Function not implemented']
    const serving = (async () => {
      for (const answer of answers) {
        expect((await reply.receive()).map(String)).toEqual(['target command argument'])
        await reply.send(answer)
      }
    })()
    const command = () => control.command('target', 'command', 'argument')
    await expect(command()).rejects.toThrow('no answer of ffmpeg: hello')
    expect(await command()).toBe('two\nlines')
    await expect(command()).rejects.toThrow('target command: Function not implemented')
    await serving
    await expect(control.command('target', 'command', '', 1)).rejects.toMatchObject({
      code: 'EAGAIN',
    })
    await control.close()
  })
})

describe('examples/ffmpeg', { timeout: 120_000 }, () => {
  beforeEach(requireFfmpeg)

  it('makes a picture brighter, and a tone louder', async () => {
    const { code, output, errors } = await runScript('examples/ffmpeg/main.ts')
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output).toMatch(
      /^brightness \d+, brighter \d+\nError: hue@sound b: Function not implemented\nloudness 0\.09, louder 0\.\d+\n$/,
    )
  })
})
