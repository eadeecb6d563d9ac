import type { Task } from './task.js'

/** Messages that are sent in turn, so that topics vary. */
export const RING = 1000

export function topic(number: number): string {
  return `topic-${String(number).padStart(6, '0')}`
}

/** The numbers of {@link RING} topics, spread over all there are. */
export function spreadTopics({ topics }: Pick<Task, 'topics'>): number[] {
  return Array.from({ length: RING }, (_, index) => Math.floor((index * topics) / RING))
}
