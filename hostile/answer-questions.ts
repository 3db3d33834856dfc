/** The other end of `startProgram`: says how it began, and answers what it is asked from then on. */
export function answerQuestions(first: unknown, answers: Readonly<Record<string, (about: never) => unknown>>): void {
  process.on('message', ({ id, question, about }: { id: number; question: string; about: never }) => {
    void Promise.resolve(answers[question]?.(about)).then((answer) => process.send?.({ id, answer }))
  })
  process.send?.(first)
}
