import type { Request } from 'zerowire'
import { ZmqError } from 'zerowire/extra'
import type { Answers, Question, Words } from '../../demo/messages.js'
import { find, findAs } from './dom.js'
import { count, megabytes } from './format.js'

const shown = 8

/** The box in which the sink can be asked. */
export function offerQuestions(root: HTMLElement, socket: Request): void {
  const form = findAs(HTMLFormElement, 'form', root)
  const input = findAs(HTMLInputElement, 'input', root)
  const place = find('#answer', root)
  let isBusy = false

  const ask = async (question: Question, word: string): Promise<void> => {
    if (isBusy) return
    isBusy = true
    place.setAttribute('aria-busy', 'true')
    try {
      const start = performance.now()
      await socket.send([question, word])
      const [answer] = await socket.receive()
      const took = (performance.now() - start).toFixed(1)
      const note = paragraph(`Answered in ${took} ms, there and back.`, 'took')
      place.replaceChildren(...render(question, word, JSON.parse(String(answer))), note)
    } catch (error) {
      const isLate = error instanceof ZmqError && error.code === 'EAGAIN'
      place.replaceChildren(
        paragraph(isLate ? 'There was no answer. Ask again.' : String(error), 'failed'),
      )
    } finally {
      isBusy = false
      place.removeAttribute('aria-busy')
    }
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void ask('count', input.value.trim())
  })
  for (const button of form.querySelectorAll<HTMLButtonElement>('button[type=button]')) {
    button.addEventListener('click', () => void ask(button.value as Question, ''))
  }
}

function render(question: Question, word: string, answer: unknown): HTMLElement[] {
  if (question === 'count') {
    return [paragraph(`“${word}” has occurred ${count(answer as number, 'time')}.`, 'said')]
  }
  if (question === 'summary') {
    const { files, bytes, total, distinct } = answer as Answers['summary']
    const words = `${count(total, 'word')}, ${count(distinct, 'different one', 'different ones')}`
    return [paragraph(`${count(files, 'file')} of ${megabytes(bytes)}: ${words}.`, 'said')]
  }
  return [barList((answer as Words).slice(0, shown))]
}

function barList(words: Words): HTMLElement {
  const list = document.createElement('ol')
  const most = words[0]?.[1] ?? 1
  for (const [word, times] of words) {
    const item = document.createElement('li')
    item.style.setProperty('--part', String(times / most))
    const number = document.createElement('span')
    number.textContent = count(times, '', '')
    item.append(word, number)
    list.append(item)
  }
  return list
}

function paragraph(text: string, className: string): HTMLElement {
  const element = document.createElement('p')
  element.className = className
  element.textContent = text
  return element
}
